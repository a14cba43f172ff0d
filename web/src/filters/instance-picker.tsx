import { useInstances } from '../api/queries.ts';
import { formatCount } from '../format/numbers.ts';
import { formatValue } from '../format/units.ts';
import { useView } from '../view-state/use-view.ts';
import { INSTANCE_KEY, withValues } from './filter-model.ts';
import { PickerButton } from './picker-button.tsx';
import { ValuePicker } from './value-picker.tsx';

/** Which instances are looked at; those with the most queries first. */
export function InstancePicker() {
  const [{ filters }] = useView();
  const chosen = filters[INSTANCE_KEY]?.length ?? 0;
  return (
    <PickerButton label={chosen === 0 ? 'all instances' : formatValue(chosen, 'instances')} action="filters">
      <Instances />
    </PickerButton>
  );
}

function Instances() {
  const instances = useInstances().data?.instances ?? [];
  const [{ filters, tier }, change] = useView();
  const choices = instances
    .filter(({ instance_id }) => tier === undefined || instance_id.startsWith(`${tier}-`))
    .toSorted((a, b) => Number(b.queries) - Number(a.queries))
    .map(({ instance_id, queries }) => ({ value: instance_id, note: `${formatCount(queries)} queries` }));
  return (
    <ValuePicker
      what="instances"
      choices={choices}
      chosen={filters[INSTANCE_KEY] ?? []}
      onChange={(chosen) => change({ filters: withValues(filters, INSTANCE_KEY, chosen) })}
    />
  );
}

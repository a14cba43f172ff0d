import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useKeyValues, useMetrics } from '../api/queries.ts';
import { formatKey } from '../format/cells.ts';
import { formatValue } from '../format/units.ts';
import { useLive } from '../live/use-live.ts';
import { useView } from '../view-state/use-view.ts';
import css from './filter-bar.module.css';
import { type FilterKey, filterKeys, withValues } from './filter-model.ts';
import { PickerButton } from './picker-button.tsx';
import { type Choice, ValuePicker } from './value-picker.tsx';

/** Filters on every key but the instance, users' own included. */
export function KeyPicker() {
  return (
    <PickerButton label="filter">
      <Keys />
    </PickerButton>
  );
}

function Keys() {
  const metrics = useMetrics().data?.metrics ?? [];
  const panels = useLive((live) => live.panels);
  const [{ filters }, change] = useView();
  const keys = filterKeys(metrics, panels);
  const [name, setName] = useState<string>();
  const key = keys.find((one) => one.name === name) ?? keys.find((one) => filters[one.name] !== undefined) ?? keys[0];
  if (key === undefined) return <p className={css.none}>No metric of this run has a key to filter by.</p>;
  return (
    <div className={css.keys}>
      <NativeSelect
        label="Filter by"
        size="xs"
        value={key.name}
        data={keys.map((one) => ({ value: one.name, label: one.label }))}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
      <p className={css.note}>
        Changes {key.metrics.join(', ')}; panels without this key say that they are not filtered.
      </p>
      <Values
        key={key.name}
        of={key}
        chosen={filters[key.name] ?? []}
        onChange={(chosen) => change({ filters: withValues(filters, key.name, chosen) })}
      />
    </div>
  );
}

interface ValuesProps {
  readonly of: FilterKey;
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

/** All values of the key in the hours in view: panels show only those that are chosen already. */
function Values({ of: { name, label, source, values }, chosen, onChange }: ValuesProps) {
  const top = useKeyValues(source, name).data;
  const [measure = ''] = Object.keys(top?.rows[0]?.measures ?? {});
  const unit = useMetrics().data?.metrics.find((metric) => metric.name === source)?.measures[0]?.unit ?? '';
  const known: Choice[] = (top?.rows ?? []).map(({ keys, measures }) => ({
    value: formatKey(keys[name]),
    note: formatValue(measures[measure], unit),
  }));
  const others = values.filter((value) => !known.some((choice) => choice.value === value)).map((value) => ({ value }));
  return (
    <ValuePicker what={`values of ${label}`} choices={[...known, ...others]} chosen={chosen} onChange={onChange} />
  );
}

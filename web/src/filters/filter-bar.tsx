import { useInstances } from '../api/queries.ts';
import { formatHour } from '../format/time.ts';
import { TextButton } from '../states/text-button.tsx';
import { useView } from '../view-state/use-view.ts';
import { HOURS_IN_VIEW, TIERS, type ViewState } from '../view-state/view-state.ts';
import css from './filter-bar.module.css';
import { type Chip, chipsOf, hoursInViewText, NO_FILTER, tiersOf } from './filter-model.ts';
import { InstancePicker } from './instance-picker.tsx';
import { KeyPicker } from './key-picker.tsx';
import { Segments } from './segments.tsx';

/** What is looked at: how many hours, which instances, which values of any key; all of it in the address. */
export function FilterBar() {
  const [view, change] = useView();
  const chips = chipsOf(view);
  return (
    <search className={css.bar} aria-label="Filters">
      <Segments
        label="Hours in view"
        options={HOURS_IN_VIEW.map((hours) => ({ value: hours, text: hoursInViewText(hours) }))}
        value={view.hours}
        onChange={(hours) => change({ hours })}
      />
      <TierSelect tier={view.tier} onChange={(tier) => change({ tier })} />
      <InstancePicker />
      <KeyPicker />
      {view.hour === undefined ? null : (
        <RemoveChip text={`hour ${formatHour(view.hour)}`} onRemove={() => change({ hour: undefined })} />
      )}
      {chips.map((chip: Chip) => (
        <RemoveChip key={chip.id} text={chip.text} onRemove={() => change(chip.without)} />
      ))}
      {chips.length > 1 ? <TextButton onClick={() => change(NO_FILTER)}>clear all</TextButton> : null}
    </search>
  );
}

interface TierSelectProps {
  readonly tier: ViewState['tier'];
  readonly onChange: (tier: ViewState['tier']) => void;
}

/** Shown where a run has both kinds of instances. */
function TierSelect({ tier, onChange }: TierSelectProps) {
  const known = tiersOf((useInstances().data?.instances ?? []).map(({ instance_id }) => instance_id));
  if (tier === undefined && known.length < 2) return null;
  return (
    <select
      className={css.select}
      aria-label="Tier"
      value={tier ?? ''}
      onChange={({ currentTarget }) => onChange(TIERS.find((one) => one === currentTarget.value))}
    >
      <option value="">both tiers</option>
      {TIERS.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  );
}

function RemoveChip({ text, onRemove }: { readonly text: string; readonly onRemove: () => void }) {
  return (
    <span className={css.chip}>
      {text}
      <button type="button" className={css.remove} aria-label={`Remove ${text}`} onClick={onRemove}>
        ×
      </button>
    </span>
  );
}

import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useMetrics } from '../api/queries.ts';
import { useLive } from '../live/use-live.ts';
import { useView } from '../view-state/use-view.ts';
import css from './filter-bar.module.css';
import { filterKeys, withValues } from './filter-model.ts';
import { PickerButton } from './picker-button.tsx';
import { ValuePicker } from './value-picker.tsx';

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
      <ValuePicker
        key={key.name}
        what={`values of ${key.label}`}
        choices={key.values.map((value) => ({ value }))}
        chosen={filters[key.name] ?? []}
        onChange={(chosen) => change({ filters: withValues(filters, key.name, chosen) })}
      />
    </div>
  );
}

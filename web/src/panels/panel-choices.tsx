import { NativeSelect, SegmentedControl } from '@mantine/core';
import type { ChartMetric, FieldGroup } from '../charts/chart-metric.ts';
import { fieldGroups, groupShown } from '../charts/chart-metric.ts';
import { noun } from '../charts/slot-names.ts';
import { words } from '../format/cells.ts';
import type { PanelData } from '../live/live-state.ts';
import { useChangeView, useViewPart } from '../view-state/use-view.ts';
import classes from './panel.module.css';

export interface PanelChoicesProps {
  readonly metric: ChartMetric;
  readonly data: PanelData | undefined;
  /** A table has all values anyway. */
  readonly asTable: boolean;
}

/** More are a list to choose from. */
const MOST_SIDE_BY_SIDE = 3;

/** What can be chosen of a panel: which values it draws, where they cannot share an axis, and the one value of a key. */
export function PanelChoices({ metric, data, asTable }: PanelChoicesProps) {
  const groups = fieldGroups(metric);
  return (
    <>
      {Object.keys(metric.panel.where).map((key) => (
        <WhereChoice key={key} metric={metric} of={key} data={data} />
      ))}
      {groups.length > 1 && !asTable && <ValueChoice metric={metric} groups={groups} />}
    </>
  );
}

function ValueChoice({ metric, groups }: { readonly metric: ChartMetric; readonly groups: readonly FieldGroup[] }) {
  const change = useChangeView();
  const asked = useViewPart(({ unit }) => unit[metric.name]);
  const { id } = groupShown(metric, asked);
  const choose = (to: string) => change(({ unit }) => ({ unit: changed(unit, metric.name, to, groups[0]?.id) }));
  const options = groups.map((group) => ({ value: group.id, label: group.label }));
  const label = `Values of ${metric.title}`;
  if (groups.length > MOST_SIDE_BY_SIDE) {
    return (
      <NativeSelect
        {...{ size: 'xs', data: options, value: id, 'aria-label': label }}
        onChange={(event) => choose(event.currentTarget.value)}
      />
    );
  }
  return (
    <SegmentedControl
      {...{ size: 'xs', data: options, value: id, onChange: choose, 'aria-label': label, className: classes.switch }}
      transitionDuration={0}
    />
  );
}

function WhereChoice({ metric, of, data }: Omit<PanelChoicesProps, 'asTable'> & { readonly of: string }) {
  const change = useChangeView();
  const name = `${metric.name}.${of}`;
  const asked = useViewPart(({ where }) => where[name]);
  const own = metric.panel.where[of] ?? '';
  const shown = asked ?? data?.where[of] ?? own;
  const choices = data?.choices[of] ?? [];
  const values = choices.includes(shown) ? choices : [shown, ...choices];
  return (
    <NativeSelect
      {...{ size: 'xs', value: shown, 'aria-label': `${noun(of)} of ${metric.title}` }}
      data={values.map((value) => ({ value, label: words(value) }))}
      onChange={(event) => {
        const to = event.currentTarget.value;
        change(({ where }) => ({ where: changed(where, name, to, own) }));
      }}
    />
  );
}

/** With another value of a name; its usual one is left out. */
function changed(
  all: Readonly<Record<string, string>>,
  name: string,
  to: string,
  usual: string | undefined,
): Record<string, string> {
  const { [name]: _, ...others } = all;
  return to === usual ? others : { ...others, [name]: to };
}

import { useStore } from '../store/use-store.ts';
import type { ChartModel } from './chart-model.ts';
import classes from './legend.module.css';
import { slotOfHour } from './place.ts';
import { pointing } from './pointing.ts';
import { readout } from './readout.ts';

export interface ChartReadoutProps {
  readonly model: ChartModel | undefined;
  readonly otherwise: string;
}

/** A line of text, or while another chart is pointed at, what this one has at that hour. */
export function ChartReadout({ model, otherwise }: ChartReadoutProps) {
  const name = model?.metric.name;
  const hour = useStore(pointing, (at) => (at === undefined || at.metric === name ? undefined : at.hour));
  const slot = model === undefined ? -1 : slotOfHour(model, hour);
  const there = model === undefined || slot < 0 ? undefined : readout(model, slot);
  return (
    <span className={classes.readout} data-there={there !== undefined} title={otherwise}>
      {there ?? otherwise}
    </span>
  );
}

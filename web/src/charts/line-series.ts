import type { LineSeriesOption } from 'echarts/charts';
import type { Series, Slot, SlotsModel } from './chart-model.ts';
import { decalOf, markerOf } from './patterns.ts';
import type { ValueAxis } from './value-axis.ts';

const MARKER_PX = 6;
const MARKER_GAP_PX = 26;
const GAP = '-';

/** What the dashed part of a line is called after its series. */
export const OPEN_PART = '~open';

/**
 * Lines and areas: solid where hours are final; the part that leads to and through open hours is a dashed line of its
 * own. Lines carry their series' markers, areas its pattern.
 */
export function lineSeries(
  model: SlotsModel,
  visible: readonly Series[],
  axis: ValueAxis,
  width: number,
): LineSeriesOption[] {
  const open = model.slots.map(({ hour }) => hour?.state === 'open');
  const beside = open.map((is, i) => is || open[i - 1] === true || open[i + 1] === true);
  const anyOpen = open.includes(true);
  return visible.flatMap((series) => {
    const drawn = series.values.map((value) => (value === null ? GAP : axis.at(value)));
    const final = line(
      model,
      series,
      'final',
      drawn.map((value, i) => (open[i] ? GAP : value)),
      width,
    );
    if (!anyOpen) return [final];
    return [
      final,
      line(
        model,
        series,
        'open',
        drawn.map((value, i) => (beside[i] ? value : GAP)),
        width,
      ),
    ];
  });
}

function line(
  model: SlotsModel,
  { id, swatch }: Series,
  part: 'final' | 'open',
  data: (number | '-')[],
  width: number,
): LineSeriesOption {
  const { form, palette, stacked, slots, log } = model;
  const area = form === 'area';
  const decal = decalOf(swatch.pattern, palette.panel);
  const marker = markerOf(swatch, palette.panel);
  const isMarked = markedPlaces(data, slots, width, area);
  return {
    ...{ type: 'line', id: part === 'open' ? `${id}${OPEN_PART}` : id, silent: true, data, connectNulls: false },
    ...(stacked ? { stack: part } : {}),
    ...{ symbol: marker.symbol, showSymbol: true, showAllSymbol: true },
    symbolSize: (_: unknown, { dataIndex }: { dataIndex: number }) => (isMarked(dataIndex) ? MARKER_PX : 0),
    lineStyle: { color: swatch.line, width: area && stacked ? 1 : 2, type: part === 'open' ? [4, 3] : 'solid' },
    itemStyle: area ? { color: swatch.fill, ...(decal === undefined ? {} : { decal }) } : marker.itemStyle,
    // Areas that are no parts of a whole lie over each other: what is behind must be seen.
    ...(area
      ? { areaStyle: { color: swatch.fill, opacity: stacked ? 0.85 : 0.3, origin: log ? 'start' : 'auto' } }
      : {}),
    emphasis: { disabled: true },
  };
}

/** Points that have a marker: as many as there is room for, at full steps of the day, and those that stand alone. */
function markedPlaces(
  data: readonly (number | '-')[],
  slots: readonly Slot[],
  width: number,
  onlyAlone: boolean,
): (index: number) => boolean {
  const step = Math.max(1, Math.ceil((MARKER_GAP_PX * slots.length) / Math.max(1, width)));
  const start = slots[0]?.hour === undefined ? 0 : Math.round(Date.parse(slots[0].key) / 3_600_000);
  const has = (i: number) => typeof data[i] === 'number';
  return (i) => (!onlyAlone && (start + i) % step === 0) || (has(i) && !has(i - 1) && !has(i + 1));
}

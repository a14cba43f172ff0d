import type { BarSeriesOption } from 'echarts/charts';
import type { Series, SlotsModel } from './chart-model.ts';
import { decalOf } from './patterns.ts';
import type { ValueAxis } from './value-axis.ts';

/** Bars of each series; on a logarithmic axis they stand on its lower end. */
export function barSeries(model: SlotsModel, visible: readonly Series[], axis: ValueAxis): BarSeriesOption[] {
  const { palette, stacked } = model;
  return visible.map(({ id, swatch, values }) => {
    const decal = decalOf(swatch.pattern, palette.panel);
    return {
      ...{ type: 'bar', id, silent: true, barCategoryGap: '18%', barGap: '6%', barMaxWidth: 40 },
      ...(stacked ? { stack: 'all' } : {}),
      data: values.map((value) => (value === null ? '-' : axis.at(value))),
      itemStyle: { color: swatch.fill, ...(decal === undefined ? {} : { decal }) },
      emphasis: { disabled: true },
    };
  });
}

import type { BenchCase, Figure } from '../case.ts';
import { numberFrom, playToEnd } from '../run.ts';

export const rollupRows: BenchCase = {
  name: 'rollup-rows',
  question: 'How many rollup rows does each metric make of an event?',
  needsTrace: true,
  measure: async (options, place) => {
    const pipeline = await playToEnd(options, place);
    const events = await numberFrom(pipeline, 'SELECT sum(counted) FROM hours');
    const figures: Figure[] = [];
    for (const { name } of pipeline.metrics) {
      const rows = await numberFrom(pipeline, `SELECT count(*) FROM "${name}" WHERE state = 'final'`);
      figures.push({ name: `${name} per event`, unit: 'rows', value: rows / events });
    }
    await pipeline.stop();
    const all = figures.reduce((sum, { value }) => sum + value, 0);
    return [...figures, { name: 'all metrics per event', unit: 'rows', value: all }];
  },
};

import type { HotStore, JsonCell } from '../../hot-store/hot-store.ts';
import type { Metric, RollupTable } from '../../metrics/metric.ts';
import { keysToKeepWhole, tableOfRows } from '../../metrics/metric.ts';
import { isoTime } from '../../model/time.ts';
import type { KeyCondition } from '../series.ts';
import type { AnsweredGroups } from '../series-groups.ts';
import { answeredGroups } from '../series-groups.ts';
import type { Plan } from '../series-plan.ts';
import { planOf } from '../series-plan.ts';
import { fetchSums, foldedTable, sumsContext } from '../sums.ts';
import type { HourWindow } from './live-question.ts';

/** Rows by hour that a panel or a figure of the top row is made of. */
export interface HourlyNeed {
  /** Keys besides the hour. */
  readonly group: readonly string[];
  readonly conditions: readonly KeyCondition[];
  readonly range: HourWindow;
}

/** The groups of a need, by the hour and its keys. */
export interface HourlyGroups {
  readonly groups: AnsweredGroups;
  /** Those of its range together, by one of its keys; `hours` have begun of the range. */
  byValue(key: string, hours: number): AnsweredGroups;
}

/** Rows that serve some needs, and the groups that have been made of them, by their keys and what was asked for. */
interface Pass {
  readonly table: RollupTable<JsonCell>;
  readonly groups: Map<string, AnsweredGroups>;
}

/**
 * A metric's groups by hour for all that needs them: needs with the same conditions share one pass over the metric, which
 * tells apart what any of them does, and those that ask for the same groups share these, too.
 */
export class MetricSums {
  readonly #store: HotStore;
  readonly #metric: Metric;
  readonly #needs: readonly HourlyNeed[];
  readonly #passes = new Map<string, Promise<Pass>>();

  constructor(store: HotStore, metric: Metric, needs: readonly HourlyNeed[]) {
    this.#store = store;
    this.#metric = metric;
    this.#needs = needs;
  }

  /** Throws REQUEST_INVALID where these are too many rows. */
  async of(need: HourlyNeed): Promise<HourlyGroups> {
    const plan = this.#planOf(need);
    const question = { ...need, metric: this.#metric, filters: need.conditions };
    const context = await sumsContext(this.#store, question, plan, 1);
    const { table, groups } = await this.#passOf(need);
    const by = ['hour', ...need.group];
    const id = JSON.stringify([by, [...plan.folded, ...plan.late].map(({ sql }) => sql)]);
    let found = groups.get(id);
    if (found === undefined) {
      found = answeredGroups(this.#metric, foldedTable(table, plan.folded), by, plan, context);
      groups.set(id, found);
    }
    return {
      groups: within(found, need.range),
      byValue: (key, hours) => {
        const rows = foldedTable(rowsWithin(table, need.range), plan.folded);
        return answeredGroups(this.#metric, rows, [key], plan, { ...context, hours });
      },
    };
  }

  async #passOf(need: HourlyNeed): Promise<Pass> {
    const id = this.#passId(need);
    let pass = this.#passes.get(id);
    if (pass === undefined) {
      const sharing = this.#needs.filter((other) => other !== need && this.#passId(other) === id);
      pass = this.#fetch([need, ...sharing]);
      this.#passes.set(id, pass);
    }
    // What is too much for all of them together may be little for this one.
    return await pass.catch(() => this.#fetch([need]));
  }

  /** Text that is the same for needs that one pass can serve. */
  #passId(need: HourlyNeed): string {
    const filters = this.#planOf(need).filters.map(({ sql }) => sql);
    // A share over the hours is of those that were asked for.
    return JSON.stringify([filters.sort(), keysToKeepWhole(this.#metric).includes('hour') ? need : null]);
  }

  #planOf({ group, conditions }: HourlyNeed): Plan {
    return planOf({ metric: this.#metric, group: ['hour', ...group], filters: conditions, derived: true });
  }

  async #fetch(needs: readonly HourlyNeed[]): Promise<Pass> {
    const plans = needs.map((need) => this.#planOf(need));
    const [first] = plans;
    if (first === undefined) throw new Error('a pass over a metric that nothing needs');
    const wanted = new Set(plans.flatMap((plan) => plan.keys));
    const keys = this.#metric.keys.map(({ name }) => name).filter((name) => wanted.has(name));
    const range = {
      from: needs.map(({ range: { from } }) => from).reduce((a, b) => (a < b ? a : b)),
      to: needs.map(({ range: { to } }) => to).reduce((a, b) => (a > b ? a : b)),
    };
    const table = await fetchSums(this.#store, { metric: this.#metric, range, grain: 'hour' }, { ...first, keys });
    return { table, groups: new Map() };
  }
}

function isWithin({ from, to }: HourWindow): (hour: JsonCell | undefined) => boolean {
  const [start, end] = [isoTime(from), isoTime(to)];
  return (hour) => typeof hour === 'string' && hour >= start && hour < end;
}

function within({ table, kept }: AnsweredGroups, range: HourWindow): AnsweredGroups {
  const [hours, isIn] = [table.key('hour'), isWithin(range)];
  return { table, kept: kept.filter((i) => isIn(hours[i])) };
}

function rowsWithin(table: RollupTable<JsonCell>, range: HourWindow): RollupTable<JsonCell> {
  const [hourOf, isIn] = [table.column('hour'), isWithin(range)];
  const places = Array.from({ length: table.size }, (_, row) => row);
  return tableOfRows(
    table,
    places.filter((row) => isIn(hourOf(row))),
  );
}

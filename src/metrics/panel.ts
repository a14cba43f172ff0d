import { fault } from './fault.ts';
import type { MetricFile } from './head.ts';
import type { KeyColumn, Kpi, Panel } from './metric.ts';
import { didYouMean } from './names.ts';

type Path = readonly (string | number)[];

/** Checks that every name in the panel exists. Throws MetricFault. */
export function checkPanel(file: MetricFile, keys: readonly KeyColumn[]): Panel | undefined {
  const { panel } = file.head;
  if (panel === undefined) return undefined;
  const { chart, x, y, series, top, where = {}, stack = false, scale = 'linear', over = 'range', caption = [] } = panel;
  const { spread, fit } = panel;
  for (const field of ['x', 'series'] as const) {
    const name = panel[field];
    if (name !== undefined) requireKey(file, keys, ['panel', field], name);
  }
  requireKeys(file, keys, ['panel', 'where'], where);
  for (const [field, names] of Object.entries({ y, caption, spread: spread ?? [] })) {
    names.forEach((name, i) => {
      requireValue(file, ['panel', field, i], name);
    });
  }
  for (const [field, name] of Object.entries(fit ?? {})) requireValue(file, ['panel', 'fit', field], name);
  return { chart, x, y, series, top, where, stack, scale, over, caption, spread, fit };
}

/** Checks that every name in the figures of the top row exists. Throws MetricFault. */
export function checkKpis(file: MetricFile, keys: readonly KeyColumn[]): readonly Kpi[] {
  return (file.head.kpi ?? []).map(({ label, value, better, where = {}, count }, i) => {
    requireValue(file, ['kpi', i, 'value'], value);
    requireKeys(file, keys, ['kpi', i, 'where'], where);
    if (count !== undefined) {
      requireKey(file, keys, ['kpi', i, 'count'], count);
      requireOtherThanHour(file, ['kpi', i, 'count'], count);
    }
    return { label, value, better, where, count };
  });
}

function requireKeys(
  file: MetricFile,
  keys: readonly KeyColumn[],
  path: Path,
  where: Readonly<Record<string, string>>,
): void {
  for (const name of Object.keys(where)) {
    requireKey(file, keys, [...path, name], name);
    requireOtherThanHour(file, [...path, name], name);
  }
}

/** Every panel and figure is of some hours: which ones is not for the file to say. */
function requireOtherThanHour({ headLine }: MetricFile, path: Path, name: string): void {
  if (name === 'hour') fault(headLine(path), `${placeOf(path)} names "hour": the time is chosen where it is shown`);
}

function requireKey({ headLine }: MetricFile, keys: readonly KeyColumn[], path: Path, name: string): void {
  const names = keys.map((key) => key.name);
  if (names.includes(name)) return;
  fault(headLine(path), `${placeOf(path)} names "${name}", which is not a key${didYouMean(name, names)}`);
}

function requireValue({ head, headLine }: MetricFile, path: Path, name: string): void {
  const names = [...Object.keys(head.measures), ...Object.keys(head.derived ?? {})];
  if (names.includes(name)) return;
  const message = `${placeOf(path)} names "${name}", which is neither a measure nor a derived value`;
  fault(headLine(path), `${message}${didYouMean(name, names)}`);
}

/** The field that a path leads to: places in a list and names under `where` are left out. */
function placeOf(path: Path): string {
  const fields = path.filter((step) => typeof step === 'string');
  const end = fields.indexOf('where');
  return (end < 0 ? fields : fields.slice(0, end + 1)).join('.');
}

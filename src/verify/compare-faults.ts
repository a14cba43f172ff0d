import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import type { Manifest } from '../model/manifest.ts';
import { REASONS } from './judgement.ts';
import type { VerifyCheck } from './report.ts';
import { checkOf } from './report.ts';
import type { RunState } from './run-state.ts';
import { comparedHours } from './run-state.ts';

/** One kind of injected fault, and the fate by which it shows. */
interface Kind {
  readonly check: string;
  /** As the ledger of the faults names it; the field is left out. */
  readonly fault: string;
  readonly fate: string;
  readonly reason?: string;
  /** SQL over `judged`: injected records that rightly have another fate, and what is said of them. */
  readonly otherwise: string;
  readonly note: string;
  /** SELECT of how many records of some hours the store has of this fate and reason, whatever the cause. */
  stored(where: string): string;
}

const KINDS: readonly Kind[] = [
  {
    check: 'faults: late',
    fault: 'late',
    fate: 'late',
    otherwise: "fate = 'rejected'",
    note: 'rejected',
    stored: (where) => `SELECT count(*) FROM late_events WHERE ${where}`,
  },
  {
    check: 'faults: duplicate',
    fault: 'duplicate',
    fate: 'duplicate',
    otherwise: "fate <> 'duplicate'",
    note: 'not a second time: their event was late or rejected',
    stored: (where) => `SELECT coalesce(sum(duplicate), 0)::BIGINT FROM receipts WHERE ${where}`,
  },
  ...REASONS.map((reason) => ({
    check: `faults: corrupt ${reason}`,
    fault: reason,
    fate: 'rejected',
    reason,
    // Of an event that the trace has twice, the damaged copies are equal too.
    otherwise: reason === 'conflict' ? "fate = 'duplicate'" : 'false',
    note: 'duplicates of another',
    stored: (where: string) => `SELECT count(*) FROM rejected WHERE reason = '${reason}' AND (${where})`,
  })),
];

/**
 * Whether every injected fault was found: how many the ledger has, and how many the store has beyond those that the trace
 * itself brings about. Nothing is told of kinds of which there are none.
 */
export async function compareFaults(session: Session, manifest: Manifest, state: RunState): Promise<VerifyCheck[]> {
  if (manifest.faults === 'none') return [];
  const checks: VerifyCheck[] = [];
  for (const kind of KINDS) {
    const check = await compareKind(session, kind, state);
    if (check !== undefined) checks.push(check);
  }
  return checks;
}

async function compareKind(session: Session, kind: Kind, state: RunState): Promise<VerifyCheck | undefined> {
  const { where, scope } = comparedHours(state);
  const injected = `split_part(fault, ':', 1) = '${kind.fault}'`;
  const same = `fate = '${kind.fate}'${kind.reason === undefined ? '' : ` AND reason = '${kind.reason}'`}`;
  const sum = (condition: string): string => `coalesce(sum(records) FILTER (${condition}), 0)::BIGINT`;
  const row = await session.row(`
    SELECT ${sum(injected)} AS sent, ${sum(`${injected} AND ${kind.otherwise}`)} AS otherwise,
      ${sum(`${injected} AND ${same} AND NOT sure`)} AS unsure, ${sum(`${same} AND NOT coalesce(${injected}, false)`)} AS natural,
      (${kind.stored(where)}) AS stored
    FROM judged WHERE ${where}`);
  const [sent, otherwise] = [numberOf(row.sent), numberOf(row.otherwise)];
  const [expected, found] = [sent - otherwise, numberOf(row.stored) - numberOf(row.natural)];
  if (sent === 0 && found === 0) return undefined;
  const text = otherwise === 0 ? scope : `${scope}; ${otherwise.toLocaleString('en-US')} ${kind.note}`;
  // Late events of a run that goes on may be on their way.
  const missing = kind.fault === 'late' && !state.ended ? numberOf(row.unsure) : 0;
  if (found <= expected && found >= expected - missing) return checkOf(kind.check, text, found, found, []);
  return checkOf(kind.check, text, expected, found, [
    { problem: 'different', key: { fault: kind.fault }, expected: { records: expected }, found: { records: found } },
  ]);
}

import { amend } from './amend.ts';
import type { Command } from './command.ts';
import { demo } from './demo.ts';
import { diff } from './diff.ts';
import { generate } from './generate.ts';
import { metrics } from './metrics.ts';
import { query } from './query.ts';
import { recompute } from './recompute.ts';
import { rejected } from './rejected.ts';
import { reset } from './reset.ts';
import { run } from './run.ts';
import { runs } from './runs.ts';
import { serve } from './serve.ts';
import { status } from './status.ts';
import { verify } from './verify.ts';
import { version } from './version.ts';

/** Every command, in the order of the help. */
export const COMMAND_LIST: readonly Command[] = [
  demo,
  run,
  serve,
  query,
  rejected,
  verify,
  diff,
  status,
  runs,
  metrics,
  generate,
  amend,
  recompute,
  reset,
  version,
];

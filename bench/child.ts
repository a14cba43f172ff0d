/** Makes one measurement in this process: the call comes and the figures go as messages of the parent process. */
import { once } from 'node:events';
import type { BenchOptions, BenchPlace } from './case.ts';
import { CASES } from './cases/cases.ts';

/** What the parent asks for. */
export interface Call {
  readonly name: string;
  readonly options: BenchOptions;
  readonly place: BenchPlace;
}

const [call]: [Call] = (await once(process, 'message')) as [Call];
const found = CASES.find(({ name }) => name === call.name);
if (found === undefined) throw new Error(`there is no case ${call.name}`);
const figures = await found.measure(call.options, call.place);
process.send?.(figures, () => process.exit(0));

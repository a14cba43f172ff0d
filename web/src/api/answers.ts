/** What the server answers, under the names that the page uses. Types only: the page shares no code with the server. */
export type { AmendBody } from '../../../src/api/routes/amend.ts';
export type { HourBody } from '../../../src/api/routes/hours.ts';
export type { InstancesBody } from '../../../src/api/routes/instances.ts';
export type { MetricDefinition, MetricsBody } from '../../../src/api/routes/metrics.ts';
export type { JumpBody } from '../../../src/api/routes/replay.ts';
export type { RevisionsBody } from '../../../src/api/routes/revisions.ts';
export type { SeriesBody } from '../../../src/api/routes/series.ts';
export type { TopBody } from '../../../src/api/routes/top.ts';

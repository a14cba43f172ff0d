import type { EventTime } from '../../model/time.ts';
import type { HourWindow, LiveQuestion } from './live-question.ts';

/** What the panels are asked: what somebody wants to see, where the run stands, and what they have already. */
export interface PanelQuestion {
  readonly live: LiveQuestion;
  /** The hours in view. */
  readonly window: HourWindow;
  /** The latest hour with events; undefined while there is none. */
  readonly latest: EventTime | undefined;
  /** What has changed since the last answer; undefined asks for everything. */
  readonly since: PanelChange | undefined;
}

export interface PanelChange {
  /** Hours whose rollups or state have changed. */
  readonly hours: readonly EventTime[];
  /** Whether the window or the latest hour is another than in the last answer. */
  readonly moved: boolean;
}

/** The hour that panels over one hour show. */
export function shownHour({ live, latest }: Pick<PanelQuestion, 'live' | 'latest'>): EventTime | undefined {
  return live.hour ?? latest;
}

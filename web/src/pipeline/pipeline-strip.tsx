import { Popover } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { StatusMessage } from '../../../src/api/live/messages.ts';
import { words } from '../format/cells.ts';
import { formatMs } from '../format/duration.ts';
import { formatCount, formatRate } from '../format/numbers.ts';
import { formatRatio } from '../format/ratio.ts';
import { useLive } from '../live/use-live.ts';
import { reachedText, speedText } from '../transport/speeds.ts';
import { OpenHoursPopover } from './open-hours.tsx';
import { behindFilm, lateText, pipelineState, reasonMeaning, rejectedReasons } from './pipeline-model.ts';
import css from './pipeline-strip.module.css';

/** How the run fares, in one line at the foot of the page. */
export function PipelineStrip() {
  const status = useLive((live) => live.status);
  return (
    <section className={css.strip} aria-label="Pipeline">
      {status === undefined ? (
        <span className={css.item}>Waiting for the first status.</span>
      ) : (
        <Items status={status} />
      )}
    </section>
  );
}

function Items({ status }: { readonly status: StatusMessage }) {
  const { processor, late } = status;
  const { word, why } = pipelineState(status);
  const failed = Object.entries(processor.failedMetrics);
  return (
    <>
      <Item name="pipeline" title={why}>
        <strong className={css.word} data-word={word}>
          {word}
        </strong>
        {word === 'ok' ? null : <span className={css.note}> {why}</span>}
      </Item>
      <Item name="processed">{formatRate(processor.eventsPerSecond, 'events')}</Item>
      <Item name="speed">{speedWords(status)}</Item>
      <Item name="watermark" title="Lowest watermark of all partitions">
        {behindText(status)}
      </Item>
      <Item name="lag" title="Records on the bus that are not counted yet">
        {formatCount(processor.lag)}
      </Item>
      <Item name="counted">{formatCount(processor.counted)}</Item>
      <Item name="rejected">
        <Rejected status={status} />
      </Item>
      <Item name="late" title={`Events that came after their hour and the lateness: ${lateText(late)}`}>
        {formatCount(processor.late)}
        {late.waiting === 0 ? null : <span className={css.note}> ({formatCount(late.waiting)} wait)</span>}
      </Item>
      <Item name="duplicates">{formatCount(processor.duplicate)}</Item>
      <Item name="resent" title="Records that came again from the bus">
        {formatCount(processor.resent)}
      </Item>
      <Item name="gaps" title="Records that were lost on the way" wrong={processor.gaps > 0}>
        {processor.gaps > 0 ? `${formatCount(processor.gaps)} lost` : '0'}
      </Item>
      {failed.map(([metric, reason]) => (
        <Item key={metric} name={`metric ${metric}`} wrong>
          failed: {reason}
        </Item>
      ))}
      <OpenHoursPopover />
    </>
  );
}

/** `59.8x of 60x`: reached and wanted. */
function speedWords({ replay }: StatusMessage): string {
  if (replay.speed === 0 || replay.state === 'ended' || replay.state === 'stopped') return 'none';
  const wanted = speedText(replay.speed);
  if (replay.state !== 'playing') return `0x of ${wanted}`;
  if (replay.fullSpeedUntil !== null) return `${reachedText(replay.speedReached)} at full speed`;
  return replay.speed === 'max'
    ? `${reachedText(replay.speedReached)} at full speed`
    : `${reachedText(replay.speedReached)} of ${wanted}`;
}

interface ItemProps {
  readonly name: string;
  readonly title?: string;
  readonly wrong?: boolean;
  readonly children: ReactNode;
}

function Item({ name, title, wrong = false, children }: ItemProps) {
  return (
    <span className={css.item} title={title} data-wrong={wrong || undefined} data-item={name}>
      <span className={css.name}>{name}</span> <span>{children}</span>
    </span>
  );
}

function behindText(status: StatusMessage): string {
  const behind = behindFilm(status);
  if (behind === undefined) return 'none yet';
  if (behind.eventMs < 1_000) return 'level with the film';
  const wall = behind.wallMs === undefined ? '' : ` (${formatMs(behind.wallMs)} wall)`;
  return `${formatMs(Math.round(behind.eventMs / 1_000) * 1_000)} behind film${wall}`;
}

/** How many records were rejected, and on a click for which reasons. */
function Rejected({ status }: { readonly status: StatusMessage }) {
  const [opened, setOpened] = useState(false);
  const { rejected } = status.processor;
  if (rejected === 0) return '0';
  return (
    <Popover opened={opened} onChange={setOpened} position="top" trapFocus returnFocus width="min(480px, 92vw)">
      <Popover.Target>
        <button type="button" className={css.more} onClick={() => setOpened(!opened)}>
          {formatCount(rejected)}: why?
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Rejected records by reason">
        <Reasons status={status} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Reasons({ status }: { readonly status: StatusMessage }) {
  const reasons = rejectedReasons(status.rejectedByReason);
  const all = reasons.reduce((sum, [, records]) => sum + records, 0);
  return (
    <div className={css.reasons} tabIndex={-1} data-autofocus>
      <p>
        Rejected records stay in the store with their content and the reason; <code>npx spillway rejected</code> lists
        them.
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">reason</th>
            <th scope="col">records</th>
            <th scope="col">share</th>
          </tr>
        </thead>
        <tbody>
          {reasons.map(([reason, records]) => (
            <tr key={reason}>
              <th scope="row">
                {words(reason)} <span className={css.note}>{reasonMeaning(reason)}</span>
              </th>
              <td>{formatCount(records)}</td>
              <td>{formatRatio(records / all)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

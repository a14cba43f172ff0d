import { useLayoutEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import { useLive } from '../live/use-live.ts';
import { useStore } from '../store/use-store.ts';
import type { ChartModel } from './chart-model.ts';
import classes from './chart-tip.module.css';
import { heldWords } from './held-words.ts';
import { slotOfKey } from './place.ts';
import { type Pointing, pointing } from './pointing.ts';
import { SwatchMark } from './swatch.tsx';
import { type Tip, type TipLine, tipOf } from './tip.ts';

const AWAY_PX = 16;
const EDGE_PX = 8;

/** What a chart says of the place that is pointed at, beside the pointer; its numbers change as the chart's do. */
export function ChartTip({ model }: { readonly model: ChartModel }) {
  const { name } = model.metric;
  const at = useStore(pointing, (now) => (now?.metric === name ? now : undefined));
  const tip = at === undefined ? undefined : tipOf(model, { slot: slotOfKey(model, at.key), row: at.row });
  if (at === undefined || tip === undefined) return null;
  return createPortal(<TipBox model={model} tip={tip} at={at} />, document.body);
}

function TipBox({ model, tip, at }: { readonly model: ChartModel; readonly tip: Tip; readonly at: Pointing }) {
  const box = useRef<HTMLDivElement>(null);
  const { hour } = at;
  const held = useLive(({ status }) => status?.openHours.find((open) => open.hour === hour)?.heldBy);
  // Where it is wide depends on what it says: placed once that is known, before it is seen.
  useLayoutEffect(() => place(box.current, at.client));
  const waits = tip.state?.kind === 'open' ? heldWords(held) : undefined;
  return (
    <div ref={box} className={classes.tip} aria-hidden="true">
      <p className={classes.title}>
        {tip.title}
        {tip.state !== undefined && <span data-state={tip.state.kind}>{tip.state.text}</span>}
      </p>
      <TipLines tip={tip} form={model.kind === 'slots' && model.form === 'line' ? 'line' : 'area'} />
      {[...tip.notes, waits].map((note) => note !== undefined && <p key={note}>{note}</p>)}
    </div>
  );
}

function TipLines({ tip, form }: { readonly tip: Tip; readonly form: 'line' | 'area' }) {
  return (
    <table>
      <tbody>
        {tip.lines.map((line) => (
          <Line key={line.id} line={line} form={form} />
        ))}
        {tip.more > 0 && (
          <tr>
            <td />
            <td colSpan={3}>and {tip.more} more</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function Line({ line, form }: { readonly line: TipLine; readonly form: 'line' | 'area' }) {
  const { swatch, name, value, detail } = line;
  return (
    <tr data-sum={line.id === '='}>
      <td>{swatch !== undefined && <SwatchMark swatch={swatch} form={form} />}</td>
      <td className={classes.name}>{name}</td>
      <td className={classes.value}>{value}</td>
      <td className={classes.detail}>{detail !== undefined && `(${detail})`}</td>
    </tr>
  );
}

/** Beside the pointer, on its other side where the window ends. */
function place(box: HTMLDivElement | null, { x, y }: Pointing['client']): void {
  if (box === null) return;
  const { width, height } = box.getBoundingClientRect();
  const right = x + AWAY_PX + width + EDGE_PX <= window.innerWidth;
  const left = right ? x + AWAY_PX : Math.max(EDGE_PX, x - AWAY_PX - width);
  const top = Math.max(EDGE_PX, Math.min(y - height / 2, window.innerHeight - height - EDGE_PX));
  box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
}

import type { ReactNode } from 'react';
import { keyLabel } from '../filters/filter-model.ts';
import type { KpiChange, KpiView } from './kpi-model.ts';
import css from './kpi-row.module.css';
import { Sparkline } from './sparkline.tsx';

interface KpiTileProps {
  readonly view: KpiView;
  /** What a click does, in words, and the doing; undefined where there is nothing to go to. */
  readonly go: { readonly what: string; readonly onClick: () => void } | undefined;
}

/** One figure: what it is and of which hour, its value and denominator, its change, what the open hour has, its course. */
export function KpiTile({ view, go }: KpiTileProps) {
  const { value, denominator, change, noChange, soFar, spark, sparkText, ignored } = view;
  return (
    <li className={css.tile} data-kpi={view.id} data-ignored={ignored.length > 0 || undefined}>
      <TileLabel label={view.label} hour={view.hourText} go={go} />
      <p className={css.value}>{value}</p>
      <p className={css.of}>{denominator}</p>
      <p className={css.change}>{change === undefined ? noChange : <Change change={change} />}</p>
      <p className={css.soFar}>{soFar}</p>
      <Sparkline points={spark} write={sparkText} />
      {ignored.length > 0 ? <p className={css.ignored}>not filtered by {ignored.map(keyLabel).join(', ')}</p> : null}
    </li>
  );
}

interface TileLabelProps extends Pick<KpiTileProps, 'go'> {
  readonly label: string;
  readonly hour: string;
  readonly children?: ReactNode;
}

/** The label; where there is something to go to, a button that takes the whole tile's clicks. */
export function TileLabel({ label, hour, go, children }: TileLabelProps) {
  const text = (
    <>
      {label} <span className={css.hour}>{hour}</span>
      {children}
    </>
  );
  if (go === undefined) return <h2 className={css.label}>{text}</h2>;
  return (
    <h2 className={css.label}>
      <button type="button" className={css.go} title={go.what} onClick={go.onClick}>
        {text}
      </button>
    </h2>
  );
}

const ARROWS = { up: '▲', down: '▼', same: '＝' } as const;
const WORDS = { good: 'better', bad: 'worse' } as const;

/** An arrow, a number and, where one way is good, a word: never a colour alone. */
function Change({ change }: { readonly change: KpiChange }) {
  const { direction, text, spoken, judgement, than } = change;
  return (
    <span className={judgement === undefined ? undefined : css[judgement]} title={`against ${than}`}>
      <span aria-hidden="true">
        {direction === 'same' ? '' : `${ARROWS[direction]} `}
        {text}
      </span>
      <span className={css.spoken}>{`${spoken} than ${than}`}</span>
      {judgement === undefined ? null : ` ${WORDS[judgement]}`}
    </span>
  );
}

import css from './kpi-row.module.css';
import type { SparkPoint } from './spark-path.ts';
import { sparkPaths } from './spark-path.ts';

const SIZE = { width: 200, height: 28, pad: 3 };

interface SparklineProps {
  readonly points: readonly SparkPoint[];
  readonly write: (value: number) => string;
}

/** A figure over the hours in view: final hours as a line, open ones dashed. Its range is said for who cannot see it. */
export function Sparkline({ points, write }: SparklineProps) {
  const { solid, dashed, lowest, highest } = sparkPaths(points, SIZE);
  if (lowest === undefined || highest === undefined) return <div className={css.spark} />;
  const words = `${points.length} hours: from ${write(lowest)} to ${write(highest)}`;
  return (
    <svg
      className={css.spark}
      viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={words}
    >
      <title>{words}</title>
      <path d={solid} />
      <path d={dashed} className={css.dashed} />
    </svg>
  );
}

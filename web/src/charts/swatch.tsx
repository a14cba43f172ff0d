import type { ReactNode } from 'react';
import type { Pattern, Swatch } from '../theme/palette.ts';

export interface SwatchProps {
  readonly swatch: Swatch;
  readonly form: 'line' | 'area' | 'point';
}

/** A piece of a series, as it is drawn. Says nothing that the name beside it does not. */
export function SwatchMark({ swatch, form }: SwatchProps) {
  const width = form === 'line' ? 20 : 12;
  return (
    <svg width={width} height={12} viewBox={`0 0 ${width} 12`} aria-hidden="true" focusable="false">
      {form === 'line' && <path d={`M0 6H${width}`} stroke={swatch.line} strokeWidth={2} />}
      {form === 'area' ? (
        <>
          <rect width={12} height={12} rx={1} fill={swatch.fill} />
          <g fill="var(--color-panel)" opacity={0.6}>
            {PATTERNS[swatch.pattern]}
          </g>
        </>
      ) : (
        <g transform={`translate(${width / 2} 6)`} fill={swatch.line} stroke={swatch.line}>
          {MARKERS[swatch.marker]}
        </g>
      )}
    </svg>
  );
}

const dots = [2, 6, 10];

/** Around the origin, as ECharts draws them. */
const MARKERS: Readonly<Record<string, ReactNode>> = {
  circle: <circle r={3} />,
  rect: <rect x={-3} y={-3} width={6} height={6} />,
  roundRect: <rect x={-3} y={-3} width={6} height={6} rx={1.5} />,
  triangle: <path d="M0-4 4 3h-8z" />,
  diamond: <path d="M0-4 4 0 0 4-4 0z" />,
  pin: <path d="M0 4C-5-1-3-4 0-4s5 3 0 8z" />,
  arrow: <path d="M0-4 3.5 4 0 2l-3.5 2z" />,
  emptyCircle: <circle r={2.5} fill="var(--color-panel)" strokeWidth={2} />,
  emptyRect: <rect x={-2.5} y={-2.5} width={5} height={5} fill="var(--color-panel)" strokeWidth={1.5} />,
  emptyDiamond: <path d="M0-4 4 0 0 4-4 0z" fill="var(--color-panel)" strokeWidth={1.5} />,
};

const PATTERNS: Readonly<Record<Pattern, ReactNode>> = {
  plain: null,
  dots: dots.flatMap((x) => dots.map((y) => <circle key={`${x} ${y}`} cx={x} cy={y} r={1} />)),
  grid: <path d="M3 0h1v12H3zM8 0h1v12H8zM0 3h12v1H0zM0 8h12v1H0z" />,
  horizontal: <path d="M0 1h12v2H0zM0 5h12v2H0zM0 9h12v2H0z" />,
  vertical: <path d="M1 0h2v12H1zM5 0h2v12H5zM9 0h2v12H9z" />,
  squares: <path d="M1 1h4v4H1zM7 7h4v4H7z" />,
  triangles: <path d="M3 1l2 4H1zM9 7l2 4H7z" />,
  rings: (
    <g fill="none" stroke="var(--color-panel)" strokeWidth={1.2}>
      <circle cx={3} cy={3} r={2} />
      <circle cx={9} cy={9} r={2} />
    </g>
  ),
};

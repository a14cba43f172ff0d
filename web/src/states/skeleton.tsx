import classes from './skeleton.module.css';

/** A grey bar of the size of what is going to be there. Does not move: nothing is gained by looking at it. */
export function Skeleton({
  width = '100%',
  height,
}: {
  readonly width?: number | string;
  readonly height: number | string;
}) {
  return <span className={classes.bar} style={{ width, height }} aria-hidden="true" />;
}

/** In place of a panel whose first figures are on their way. */
export function PanelSkeleton() {
  return (
    <div className={classes.panel}>
      <Skeleton width="60%" height={16} />
      <Skeleton height="100%" />
    </div>
  );
}

/** In place of all panels. `count` of them, in the columns of the panel grid. */
export function PanelGridSkeleton({ count }: { readonly count: number }) {
  return (
    <div className={classes.grid} aria-hidden="true">
      {Array.from({ length: count }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same and never change places
        <PanelSkeleton key={i} />
      ))}
    </div>
  );
}

/** In place of one figure of the top row. */
export function KpiSkeleton() {
  return (
    <div className={classes.kpi} aria-hidden="true">
      <Skeleton width="50%" height={14} />
      <Skeleton width="70%" height={22} />
      <Skeleton height={24} />
    </div>
  );
}

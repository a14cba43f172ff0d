import { lazy } from 'react';

/** The chart with what draws it, in a file of its own that is loaded when the first chart is shown. */
export const LazyChart = lazy(() => import('./chart.tsx'));

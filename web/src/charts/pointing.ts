import { createStore, type WritableStore } from '../store/store.ts';

/** Where the user points, with the pointer or the arrow keys. One crosshair stands there on all charts with that hour. */
export interface Pointing {
  /** The chart that is pointed at. */
  readonly metric: string;
  /** Key of the place. */
  readonly key: string;
  /** Key of the row; undefined for charts without rows. */
  readonly row: string | undefined;
  readonly hour: string | undefined;
  /** Pixels of the window. */
  readonly client: { readonly x: number; readonly y: number };
}

/** The hours that are being dragged over, the last one included. */
export interface Brush {
  readonly from: string;
  readonly to: string;
}

export const pointing: WritableStore<Pointing | undefined> = createStore<Pointing | undefined>(undefined);
export const brushing: WritableStore<Brush | undefined> = createStore<Brush | undefined>(undefined);

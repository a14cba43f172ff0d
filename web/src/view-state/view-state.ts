/**
 * Everything about the view that a link must bring back; it lives in the URL's query and nowhere else. What is left at
 * its default is left out of the URL.
 */
export interface ViewState {
  /** Hours in view, up to the film's place. */
  readonly hours: HoursInView;
  /** The chosen hour, ISO-8601; undefined follows the latest one. */
  readonly hour: string | undefined;
  readonly tier: Tier | undefined;
  /** Chosen values by key, as the API takes them: `instance_id` -> `provisioned-1`. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
  /** The one value shown of a panel's key: `latency.phase` -> `total`. */
  readonly where: Readonly<Record<string, string>>;
  /** The unit shown of a panel whose values have several, by metric. */
  readonly unit: Readonly<Record<string, string>>;
  /** Series that are hidden, by metric. */
  readonly hidden: Readonly<Record<string, readonly string[]>>;
  /** Panels shown as a table instead of a chart. */
  readonly tables: readonly string[];
  /** The part of the window that all time axes show. */
  readonly zoom: { readonly from: string; readonly to: string } | undefined;
  /** Hour whose receipt is open. */
  readonly receipt: string | undefined;
  /** The metric that fills the page. */
  readonly panel: string | undefined;
}

export const HOURS_IN_VIEW = [6, 24, 72, 168] as const;
export type HoursInView = (typeof HOURS_IN_VIEW)[number];

export const TIERS = ['provisioned', 'serverless'] as const;
export type Tier = (typeof TIERS)[number];

export const DEFAULT_VIEW: ViewState = {
  hours: 24,
  hour: undefined,
  tier: undefined,
  filters: {},
  where: {},
  unit: {},
  hidden: {},
  tables: [],
  zoom: undefined,
  receipt: undefined,
  panel: undefined,
};

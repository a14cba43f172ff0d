/** Public tables of a run besides those of its metrics; the same names in every store. */
export const PUBLIC_TABLES = [
  'hours',
  'events',
  'late_events',
  'rejected',
  'receipts',
  'progress',
  'archive_files',
  'metric_failures',
] as const;

/** Where a run's parts lie below the data folder. Paths keep the separator that their parts came with. */
export interface RunFolders {
  /** The run's own folder: store, owner, spilled memory. */
  readonly dir: string;
  /** Folder of all runs' archives. */
  readonly archiveRoot: string;
  /** The run's part of the archive. */
  readonly archive: string;
  /** Ordered copies of traces, shared by all runs. */
  readonly cache: string;
  readonly log: string;
}

/** The one place that says where things lie; `archive` is the folder of all archives if it is not in the data folder. */
export function runFolders(
  settings: { readonly dataDir: string; readonly archive?: string | undefined },
  run: string,
): RunFolders {
  const { dataDir, archive: archiveRoot = `${dataDir}/archive` } = settings;
  return {
    dir: `${dataDir}/runs/${run}`,
    archiveRoot,
    archive: `${archiveRoot}/${run}`,
    cache: `${dataDir}/cache`,
    log: `${dataDir}/logs/${run}.log`,
  };
}

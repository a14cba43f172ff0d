/** A call that must be refused, in a folder with a trace `trace` and a finished run `default` in `spillway-data`. */
export interface BadCall {
  /** The words after `spillway`; blanks separate them. */
  readonly argv: string | readonly string[];
  /** Content of spillway.yaml. */
  readonly yaml?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What the error must name. */
  readonly says: string;
  /** What the hint must name. */
  readonly hints?: string;
}

const RUN = 'run --trace trace --exit-when-done --port 0 --speed max';

/** Flags of one command with a wrong value each. */
function wrongValues(command: string, values: Readonly<Record<string, readonly string[]>>): BadCall[] {
  return Object.entries(values).flatMap(([flag, wrong]) =>
    wrong.map((value) => ({ argv: [...command.split(' '), `--${flag}`, value], says: `--${flag} is ` })),
  );
}

const UNKNOWN_WORDS: readonly BadCall[] = [
  { argv: 'qurey', says: 'no command qurey' },
  { argv: 'RUN', says: 'no command RUN' },
  { argv: 'start', says: 'no command start' },
  { argv: ['run it'], says: 'no command run it' },
  { argv: [''], says: 'no command' },
  { argv: '--speed 60', says: 'no option --speed' },
  { argv: '-x', says: 'no option -x' },
  { argv: 'run --trase trace', says: 'no option --trase' },
  { argv: 'run --trace trace --sped 60', says: 'no option --sped' },
  { argv: 'run --trace trace --data_dir d', says: 'no option --data_dir' },
  { argv: 'run --trace trace -p 1', says: 'no option -p' },
  { argv: 'run --trace trace --no-cap', says: 'no option --no-cap' },
  { argv: 'run --trace trace --cap=true', says: '--cap' },
  { argv: 'run --format json --trace trace', says: 'no option --format' },
  { argv: 'demo --trace trace', says: 'no option --trace' },
  { argv: 'demo --json', says: 'no option --json' },
  { argv: 'serve --speed 1', says: 'no option --speed' },
  { argv: ['query', '--json', 'SELECT 1'], says: 'no option --json' },
  { argv: 'status --port 1', says: 'no option --port' },
  { argv: 'version --json', says: 'no option --json' },
  { argv: 'generate --data-dir d --out o', says: 'no option --data-dir' },
  { argv: 'reset --run default --force', says: 'no option --force' },
  { argv: 'verify --trace trace --speed 1', says: 'no option --speed' },
  { argv: 'metrics --run default', says: 'no option --run' },
  { argv: 'rejected --json', says: 'no option --json' },
  { argv: 'runs --run default', says: 'no option --run' },
  { argv: 'runs delete default --force', says: 'no option --force' },
  { argv: 'diff default default --run default', says: 'no option --run' },
];

const ARGUMENTS: readonly BadCall[] = [
  { argv: 'run trace', says: 'takes no argument, found trace' },
  { argv: 'demo now', says: 'takes no argument, found now' },
  { argv: 'serve default', says: 'takes no argument, found default' },
  { argv: 'status default', says: 'takes no argument, found default' },
  { argv: 'verify trace', says: 'takes no argument, found trace' },
  { argv: 'reset default', says: 'takes no argument, found default' },
  { argv: 'generate out', says: 'takes no argument, found out' },
  { argv: 'version 2', says: 'takes no argument, found 2' },
  { argv: ['query', 'SELECT', '1'], says: 'takes one argument, found 1' },
  { argv: 'metrics list spill', says: 'takes no name' },
  { argv: 'metrics describe', says: 'needs a name' },
  { argv: 'metrics describe spil', says: 'no metric spil' },
  { argv: 'metrics lsit', says: 'no action lsit' },
  { argv: 'metrics describe spill compile', says: 'takes 2 arguments, found compile' },
  { argv: 'rejected default', says: 'takes no argument, found default' },
  { argv: 'diff', says: 'diff needs two runs, found none' },
  { argv: 'diff default', says: 'diff needs two runs, found default' },
  { argv: 'diff default default again', says: 'takes 2 arguments, found again' },
  { argv: 'diff ../up default', says: '../up is no name of a run' },
  { argv: 'runs default', says: 'no action default' },
  { argv: 'runs list default', says: 'takes no name, found default' },
  { argv: 'runs delete', says: 'needs the name of a run' },
  { argv: 'runs delete ../../trace --yes', says: '../../trace is no name of a run' },
  { argv: ['runs', 'delete', '', '--yes'], says: 'is no name of a run' },
  { argv: 'query', says: 'no SQL given' },
  { argv: ['query', ' '], says: 'no SQL given' },
  { argv: 'query -', says: 'no SQL given' },
];

const MISSING_VALUES: readonly BadCall[] = ['trace', 'data-dir', 'run', 'speed', 'lateness', 'from', 'port', 'config']
  .map((flag) => ({ argv: `run --${flag}`, says: `--${flag} needs a value` }))
  .concat(['out', 'seed', 'events'].map((flag) => ({ argv: `generate --${flag}`, says: `--${flag} needs a value` })));

const WRONG_VALUES: readonly BadCall[] = [
  ...wrongValues(RUN, {
    speed: ['0', '-1', 'fast', '1e400', 'NaN', 'Infinity', 'Max', '60y', '', '1,000'],
    lateness: ['10', '-1m', '1h30m', '8d', 'ten minutes', '0.5us', '1w', ' '],
    partitions: ['0', '-4', '1025', '2.5', 'four', '0x10', '99999999999999999999'],
    port: ['-1', '65536', 'http', '80.0', '1e3'],
    from: ['yesterday', '2024-02-30', '2024-13-01', '2024-03-01T25:00', '01.03.2024', '1709251200', '2024-3-1'],
    to: ['later', '2024-03-01T14', '2024-03-01T14:00+2'],
    instances: ['96', 'provisioned', 'provisioned-', 'provisioned-x', 'provisioned-1,', ',', 'Provisioned-1', 'dc-1'],
    run: ['Default', '-x', '.hidden', '../up', 'a/b', 'two words', 'x'.repeat(64), 'naïve'],
    deployment: ['cloud', 'Provisioned', 'provisioned,serverless'],
    'max-duration': ['0s', '-7d', 'week', '400d', '7'],
    memory: ['0', '255', '1GB', 'lots', '-1000'],
    'log-level': ['verbose', 'INFO', 'trace'],
    archive: ['s3://bucket/prefix'],
    faults: [
      '',
      'chaos=1%',
      'disorder',
      'disorder=5',
      'disorder=2d',
      'duplicate=101%',
      'late=-1%',
      'late=0.00001%',
      'none,late=1%',
      'late=1%,late=2%',
      'stall=1@T+1h',
      'stall=partition:1@T',
      'stall=partition:1@noon+1h',
    ],
    'fault-seed': ['-1', 'x', '1.5'],
    'data-dir': ['s3://bucket', ''],
  }),
  ...wrongValues('query SELECT', { format: ['xml', 'JSON', 'table,json'] }),
  ...wrongValues('rejected', {
    reason: ['negativ', 'Negative', 'negative,', 'too big', ''],
    hour: ['yesterday', '14:00', '2024-02-30', 'None'],
    from: ['yesterday', '2024-3-1'],
    to: ['later'],
    limit: ['-1', 'all', '1.5', '100001'],
    format: ['xml'],
  }),
  ...wrongValues('diff default default', {
    hours: ['final', 'Both', '3'],
    only: ['spil', 'spill,', 'Spill', ''],
    limit: ['-1', '1001', 'all'],
    'other-data-dir': ['s3://bucket'],
  }),
  ...wrongValues('generate --out made', {
    events: ['0', '-5', 'many', '1.5', '1e6'],
    seed: ['-1', 'x', '1.5', '9007199254740993'],
    instances: ['0', '10001', 'provisioned-1'],
    from: ['2024', 'now'],
    deployment: ['both'],
  }),
];

const RANGES: readonly BadCall[] = [
  { argv: `${RUN} --from 2024-03-02 --to 2024-03-01`, says: '--to is 2024-03-01' },
  { argv: `${RUN} --from 2024-03-01 --to 2024-03-01`, says: '--to is 2024-03-01' },
  { argv: `${RUN} --from 2024-03-01T12:00+02:00 --to 2024-03-01T09:00Z`, says: '--to is 2024-03-01T09:00:00Z' },
  { argv: 'generate --out made --from 2024-03-02 --to 2024-03-01', says: '--to is 2024-03-01' },
  { argv: 'rejected --from 2024-03-02 --to 2024-03-01', says: '--to is 2024-03-01' },
  { argv: 'generate --out made --to 2020-01-01', says: '--to is 2020-01-01' },
  { argv: `${RUN} --run other --from 2030-01-01`, says: '2030-01-01' },
  { argv: `${RUN} --run other --to 2020-01-01`, says: '2020-01-01' },
  { argv: `${RUN} --run other --instances provisioned-999`, says: 'provisioned-999' },
  { argv: `${RUN} --run other --faults stall=partition:4@T+1h`, says: 'the stall names partition 4, but there are 4' },
  { argv: `${RUN} --run other --faults stall=partition:1@T+3h+1h`, says: 'the stall begins at 2024-03-01T03:00:00Z' },
  { argv: `${RUN} --run other --faults stall=partition:1@2024-02-29T23:00+1h`, says: 'is not within the run' },
];

const VARIABLES: readonly BadCall[] = [
  { argv: RUN, env: { SPILLWAY_SPEDE: '1' }, says: 'SPILLWAY_SPEDE' },
  { argv: 'status', env: { SPILLWAY_DATADIR: 'd' }, says: 'SPILLWAY_DATADIR' },
  { argv: 'status', env: { SPILLWAY_: '1' }, says: 'SPILLWAY_' },
  { argv: 'version', env: { SPILLWAY_YES: '1' }, says: 'SPILLWAY_YES' },
  { argv: 'status', env: { SPILLWAY_speed: '1' }, says: 'SPILLWAY_speed' },
  { argv: RUN, env: { SPILLWAY_PARTITIONS: '0' }, says: 'SPILLWAY_PARTITIONS is 0' },
  { argv: RUN, env: { SPILLWAY_LATENESS: 'x' }, says: 'SPILLWAY_LATENESS is x' },
  { argv: RUN, env: { SPILLWAY_CAP: 'yes' }, says: 'SPILLWAY_CAP is yes' },
  { argv: 'status', env: { SPILLWAY_PORT: '-1' }, says: 'SPILLWAY_PORT is -1' },
  { argv: RUN, env: { SPILLWAY_FROM: '2024-03-02', SPILLWAY_TO: '2024-03-01' }, says: 'SPILLWAY_TO is' },
  { argv: 'status', env: { SPILLWAY_CONFIG: 'missing.yaml' }, says: 'missing.yaml' },
];

const FILES: readonly BadCall[] = [
  { argv: 'status', yaml: 'sped: 60', says: '`sped` in spillway.yaml' },
  { argv: 'status', yaml: 'dataDir: x', says: '`dataDir` in spillway.yaml' },
  { argv: 'status', yaml: 'spillway:\n  speed: 60', says: '`spillway` in spillway.yaml' },
  { argv: 'status', yaml: 'yes: true', says: '`yes` in spillway.yaml' },
  { argv: 'status', yaml: 'config: other.yaml', says: '`config` in spillway.yaml' },
  { argv: 'status', yaml: 'speed: 0', says: 'speed in spillway.yaml is 0' },
  { argv: 'status', yaml: 'speed: [60]', says: 'speed in spillway.yaml is [60]' },
  { argv: 'status', yaml: 'speed: {a: 1}', says: 'speed in spillway.yaml is a map' },
  { argv: 'status', yaml: 'partitions: 4.5', says: 'partitions in spillway.yaml is 4.5' },
  { argv: 'status', yaml: 'faults: [late=1%, chaos=1%]', says: 'faults in spillway.yaml is [late=1%, chaos=1%]' },
  { argv: 'status', yaml: 'cap: 1', says: 'cap in spillway.yaml is 1' },
  { argv: 'status', yaml: 'instances: [1, 2]', says: 'instances in spillway.yaml is [1, 2]' },
  { argv: 'status', yaml: 'instances: [[provisioned-1]]', says: 'instances in spillway.yaml is a list' },
  { argv: 'status', yaml: 'run: Übung', says: 'run in spillway.yaml is Übung' },
  { argv: 'status', yaml: 'from: 2024-03-02\nto: 2024-03-01', says: 'to in spillway.yaml' },
  { argv: 'status', yaml: 'trace: "a\\0b"', says: 'trace in spillway.yaml' },
  { argv: 'status', yaml: 'speed: 60\nspeed: 61', says: 'not YAML' },
  { argv: 'status', yaml: 'speed: [1', says: 'not YAML' },
  { argv: 'status', yaml: '\tspeed: 60', says: 'spillway.yaml' },
  { argv: 'status', yaml: '- speed', says: 'holds a list' },
  { argv: 'status', yaml: 'speed', says: 'holds a single value' },
  { argv: 'status', yaml: '42', says: 'holds a single value' },
  { argv: 'status --config missing.yaml', says: 'missing.yaml' },
  { argv: 'status --config .', says: 'it is a folder' },
  { argv: 'status --config trace', says: 'it is a folder' },
];

const PLACES: readonly BadCall[] = [
  { argv: 'run', says: '--trace is missing' },
  { argv: 'verify', says: '--trace is missing' },
  { argv: 'generate', says: '--out is missing' },
  { argv: 'generate --json', says: '--out is missing' },
  { argv: 'reset', says: '--run is missing' },
  { argv: 'reset --yes', says: '--run is missing' },
  { argv: 'run --trace nowhere --port 0', says: 'nowhere' },
  { argv: 'run --trace nowhere/*.parquet --port 0', says: 'nowhere' },
  { argv: 'run --trace spillway-data/logs --port 0', says: 'no Parquet file' },
  { argv: 'run --trace s3://bucket/redset --port 0', says: 's3://bucket/redset' },
  { argv: 'verify --trace nowhere', says: 'nowhere' },
  { argv: 'verify --trace trace --run nobody', says: 'no run nobody' },
  { argv: 'generate --out spillway-data', says: 'spillway-data' },
  { argv: 'generate --out made.parquet', says: 'made.parquet' },
  { argv: 'serve --run nobody', says: 'no run nobody' },
  { argv: 'serve --data-dir nowhere', says: 'no run default in ./nowhere' },
  { argv: 'status --run nobody', says: 'no run nobody' },
  { argv: 'status --run defualt', says: 'no run defualt' },
  { argv: 'reset --run nobody --yes', says: 'no run nobody' },
  { argv: 'reset --run default', says: 'nobody is there to confirm' },
  { argv: ['query', '--run', 'nobody', 'SELECT 1'], says: 'no run nobody' },
  { argv: 'rejected --run nobody', says: 'no run nobody' },
  { argv: 'rejected --run nobody --export made.jsonl', says: 'no run nobody' },
  { argv: 'rejected --export trace', says: '--export is ./trace: there is something of that name already' },
  { argv: 'rejected --export nowhere/made.jsonl', says: 'no such folder' },
  { argv: 'rejected --export made.jsonl --limit 3', says: '--limit is for the list' },
  { argv: 'rejected --export made.jsonl --first', says: '--first is for the list' },
  { argv: 'rejected --hour none --from 2024-03-01', says: '--hour and a range exclude each other' },
  { argv: 'diff default nobody', says: 'no run nobody' },
  { argv: 'diff nobody default', says: 'no run nobody' },
  { argv: 'diff default --other-data-dir nowhere', says: 'no run default in ./nowhere' },
  { argv: 'runs --yes', says: '--yes is for delete' },
  { argv: 'runs delete default', says: 'nobody is there to confirm' },
  { argv: 'runs delete default nobody --yes', says: 'no run nobody' },
  { argv: `${RUN} --run other --metrics nowhere`, says: 'nowhere' },
  { argv: 'metrics --metrics nowhere', says: 'nowhere' },
  { argv: `${RUN} --data-dir trace/provisioned/part.parquet`, says: 'a file is in the way' },
  { argv: `${RUN} --data-dir trace/provisioned/part.parquet/deeper`, says: 'a file is in the way' },
  { argv: `${RUN} --archive trace/provisioned/part.parquet`, says: 'a file is in the way' },
  { argv: 'demo --port 0 --data-dir trace/provisioned/part.parquet', says: 'a file is in the way' },
  { argv: 'status --run default --data-dir trace/provisioned/part.parquet', says: 'no run default' },
  { argv: `${RUN} --partitions 8`, says: 'partitions was 4, now it is 8' },
  { argv: `${RUN} --lateness 1h`, says: 'latenessMs was 600000' },
  {
    argv: `${RUN} --faults late=1%`,
    says: 'it was made with faults none, now it is given faults late=1%',
    hints: 'go on with --faults none, choose another --run, or begin anew after spillway reset --run default',
  },
  { argv: `${RUN} --cap`, says: 'sanity was' },
  { argv: `${RUN} --from 2024-03-01T01:00`, says: 'from was' },
];

const QUERIES: readonly BadCall[] = [
  { argv: ['query', 'SELEC 1'], says: 'query:' },
  { argv: ['query', 'SELECT'], says: 'query:' },
  { argv: ['query', 'SELECT * FROM nowhere'], says: 'nowhere' },
  { argv: ['query', 'SELECT nothing FROM hours'], says: 'nothing' },
  { argv: ['query', 'DROP TABLE hours'], says: 'exactly one SELECT' },
  { argv: ['query', 'DELETE FROM hours'], says: 'query:' },
  { argv: ['query', 'SELECT 1; SELECT 2'], says: '2 statements' },
  { argv: ['query', '-- nothing'], says: 'query:' },
  { argv: ['query', 'SELECT ?'], says: 'parameters' },
  { argv: ['query', "SELECT * FROM read_csv('/etc/passwd')"], says: 'query:' },
  { argv: ['query', "COPY hours TO 'x.csv'"], says: 'query:' },
  { argv: ['query', "ATTACH 'x.db'"], says: 'query:' },
  { argv: ['query', 'SET threads = 1'], says: 'query:' },
  { argv: ['query', 'INSTALL httpfs'], says: 'query:' },
];

export const BAD_CALLS: readonly BadCall[] = [
  ...UNKNOWN_WORDS,
  ...ARGUMENTS,
  ...MISSING_VALUES,
  ...WRONG_VALUES,
  ...RANGES,
  ...VARIABLES,
  ...FILES,
  ...PLACES,
  ...QUERIES,
];

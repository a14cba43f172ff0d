import { SpillwayError } from '../errors.ts';
import type { Command } from './command.ts';
import { EXIT } from './io.ts';
import { formatResult } from './result.ts';
import { openRunReader } from './run-reader.ts';
import { styleOf } from './style.ts';
import { plural } from './text.ts';

export const query: Command = {
  name: 'query',
  summary: "Ask a run's store in SQL.",
  details: [
    'Reads hours, events, late_events, rejected, receipts, progress, archive_files and one table per metric. Works beside',
    'a live run; rows of open hours are provisional. JSON is one array of row objects, 64-bit integers exact (text where',
    'a number would lose digits), times ISO-8601 in UTC.',
  ].join(' '),
  arguments: [{ usage: '[sql]', about: 'One SELECT; - reads it from standard input.' }],
  examples: [
    'spillway query "SELECT hour, sum(queries) FROM workload GROUP BY hour ORDER BY hour"',
    'spillway query --format csv - < question.sql',
  ],
  async run({ io, settings, args }) {
    const [given] = args;
    const sql = given === '-' ? await io.readInput() : given;
    if (sql === undefined || sql.trim() === '') {
      throw new SpillwayError('USAGE', 'no SQL given', { hint: 'for example spillway query "SELECT * FROM hours"' });
    }
    const reader = await openRunReader(settings, settings.run, io.cwd, io.clock);
    try {
      const result = await reader.query(sql);
      const columns = io.stdout.isTTY ? io.stdout.columns : undefined;
      io.stdout.write(formatResult(result, settings.format, styleOf(io.stdout, io.env), columns));
      if (settings.format === 'table' && io.stderr.isTTY) io.stderr.write(`${plural(result.rows.length, 'row')}\n`);
      return EXIT.done;
    } finally {
      await reader.close();
    }
  },
};

import { main } from './cli.ts';
import { processIo } from './process-io.ts';

// The entry point: importing this file runs the command line of the process.
const code = await main(process.argv.slice(2), processIo());
// Ends the process even if a library left a handle open, but not before everything printed has gone out.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));

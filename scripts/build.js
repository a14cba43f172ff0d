/** `npm run build`: all set-up, the dashboard included, and nothing more. */
import { SetupError, setUp } from './setup.js';

try {
  await setUp();
  process.stdout.write('Everything is ready.\n');
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`spillway: ${error.message}\n`);
  process.exitCode = error.exitCode;
}

/** A named step of set-up or of the checks, with the time it took. */

/**
 * Prints `name ... 1.2 s` around a piece of work; `note` is put behind the time. When the work throws, the line ends in
 * `failed after 1.2 s`.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @param {(result: T) => string} [note]
 * @returns {Promise<T>}
 */
export async function phase(name, work, note = () => '') {
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1_000).toFixed(1)} s`;
  process.stdout.write(`${name} ... `);
  const stopTicking = tick(name, seconds);
  try {
    const result = await work();
    stopTicking();
    process.stdout.write(`${seconds()}${note(result)}\n`);
    return result;
  } catch (error) {
    stopTicking();
    process.stdout.write(`failed after ${seconds()}\n`);
    throw error;
  }
}

/** On a terminal, shows the seconds so far, so that a slow download does not look like a hang. */
function tick(/** @type {string} */ name, /** @type {() => string} */ seconds) {
  if (!process.stdout.isTTY) return () => {};
  const timer = setInterval(() => process.stdout.write(`\r\x1b[K${name} ... ${seconds()}`), 1_000);
  return () => {
    clearInterval(timer);
    process.stdout.write(`\r\x1b[K${name} ... `);
  };
}

import { readFileSync } from 'node:fs';

/** Ticks per second in which Linux counts processor time, on every system that Node runs on (`sysconf(_SC_CLK_TCK)`). */
const TICKS_PER_SECOND = 100;
const BYTES_PER_PAGE = 4_096;
const BYTES_PER_MB = 1_000_000;

/** Seconds of processor time that a process has used, all its threads; NaN where there is no /proc. */
export function cpuSeconds(pid: number): number {
  try {
    // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return Number.NaN;
  }
}

/** Megabytes of memory that a process has in use now; NaN where there is no /proc. */
export function residentMb(pid: number): number {
  try {
    return (Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * BYTES_PER_PAGE) / BYTES_PER_MB;
  } catch {
    return Number.NaN;
  }
}

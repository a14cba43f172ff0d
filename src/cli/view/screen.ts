import type { Output } from '../io.ts';

const ESC = '\u001b[';
/** Other screen, no cursor, no wrapping: a line that is too long is cut by the terminal instead of pushing others down. */
const ENTER = `${ESC}?1049h${ESC}?25l${ESC}?7l`;
const LEAVE = `${ESC}?7h${ESC}?25h${ESC}?1049l`;
/** Terminals that know it show everything between the two at once; others ignore it. */
const BEGIN_UPDATE = `${ESC}?2026h`;
const END_UPDATE = `${ESC}?2026l`;

/** What to write so that a terminal that shows `before` shows `after`: only lines that changed. */
export function lineUpdates(before: readonly string[], after: readonly string[]): string {
  let text = '';
  for (let row = 0; row < Math.max(before.length, after.length); row++) {
    const line = after[row] ?? '';
    if (before[row] !== line) text += `${ESC}${row + 1};1H${ESC}0m${line}${ESC}0m${ESC}K`;
  }
  return text;
}

/** A terminal that is drawn on in place. */
export interface Screen {
  draw(lines: readonly string[]): void;
  /** Gives the terminal back and leaves `lines` on it, as if they had been printed. Safe to call twice. */
  close(lines: readonly string[]): void;
}

/** Takes over the terminal. */
export function openScreen(output: Output): Screen {
  let shown: readonly string[] = [];
  let open = true;
  output.write(`${ENTER}${ESC}2J`);
  const stopListening = output.onResize(() => {
    // The terminal has moved its lines about: nothing of what it shows is known any more.
    shown = [];
    if (open) output.write(`${ESC}2J`);
  });
  return {
    draw: (lines) => {
      const updates = open ? lineUpdates(shown, lines) : '';
      if (updates !== '') output.write(`${BEGIN_UPDATE}${updates}${END_UPDATE}`);
      shown = [...lines];
    },
    close: (lines) => {
      if (!open) return;
      open = false;
      stopListening();
      output.write(`${ESC}0m${LEAVE}${lines.map((line) => `${line}\n`).join('')}`);
    },
  };
}

/** One event of a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface SseEvent {
  readonly event: string;
  /** Of the last event that had one, this one included. */
  readonly id: string | undefined;
  readonly data: string;
}

/** Reads server-sent events from text that comes in pieces cut anywhere. Comments and `retry` are passed over. */
export class SseParser {
  private rest = '';
  private endedWithReturn = false;
  private started = false;
  private event = '';
  private data: string[] = [];
  private id: string | undefined;

  /** The events that are complete with this piece. */
  push(piece: string): SseEvent[] {
    const events: SseEvent[] = [];
    for (const line of this.lines(piece)) {
      const event = line === '' ? this.dispatch() : this.field(line);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  /** The complete lines; a line ends with `\n`, `\r` or `\r\n`, and the last of these may be cut in two. */
  private lines(piece: string): string[] {
    if (piece === '') return [];
    let text = piece;
    if (!this.started) text = text.replace(/^\uFEFF/, '');
    this.started = true;
    if (this.endedWithReturn && text.startsWith('\n')) text = text.slice(1);
    this.endedWithReturn = piece.endsWith('\r');
    // Split the piece alone: a long line in many pieces would else be searched again with each.
    const lines = text.split(/\r\n|\r|\n/);
    lines[0] = this.rest + (lines[0] ?? '');
    this.rest = lines.pop() ?? '';
    return lines;
  }

  private field(line: string): undefined {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.event = value;
    else if (name === 'data') this.data.push(value);
    else if (name === 'id' && !value.includes('\0')) this.id = value;
  }

  private dispatch(): SseEvent | undefined {
    const { event, data, id } = this;
    this.event = '';
    this.data = [];
    return data.length === 0 ? undefined : { event: event === '' ? 'message' : event, id, data: data.join('\n') };
  }
}

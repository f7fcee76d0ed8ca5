import type { WriteStream } from 'node:tty';

const LIVE_INTERVAL_MS = 250;
const PLAIN_INTERVAL_MS = 5_000;
/** For a terminal that does not say. */
const COLUMNS = 80;

/** Shows progress: one line that is rewritten on a terminal, or a line from time to time elsewhere. */
export class Progress {
  private readonly isLive: boolean;
  private shownAt = -Infinity;
  private hasLiveLine = false;

  constructor(private readonly out: Pick<WriteStream, 'write' | 'isTTY' | 'columns'>) {
    this.isLive = out.isTTY;
  }

  /** A line that stays. */
  tell(line: string): void {
    this.clear();
    this.out.write(`${line}\n`);
  }

  /** Shows the status; most calls show nothing. */
  show(atMs: number, line: () => string): void {
    if (atMs - this.shownAt < (this.isLive ? LIVE_INTERVAL_MS : PLAIN_INTERVAL_MS)) return;
    this.shownAt = atMs;
    if (!this.isLive) return this.tell(line());
    this.out.write(`\r\x1b[K${line().slice(0, (this.out.columns || COLUMNS) - 1)}`);
    this.hasLiveLine = true;
  }

  private clear(): void {
    if (this.hasLiveLine) this.out.write('\r\x1b[K');
    this.hasLiveLine = false;
  }
}

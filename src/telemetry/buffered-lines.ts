import { type DestinationStream, pino } from 'pino';

const WAIT_MS_MAX = 100;
/** A pipe takes this much in one piece (PIPE_BUF), so lines of several processes are never mixed. */
const BATCH_BYTES_MAX = 4_096;
const WITH_METADATA: unique symbol = Symbol.for('pino.metadata');
const INFO = pino.levels.values.info as number;

/**
 * Writes lines in batches, because a write costs more than the line itself. Warnings and errors are written
 * at once, and the rest when the process exits. Only a killed or crashed process loses lines:
 * those of its last 100 ms.
 */
export class BufferedLines implements DestinationStream {
  /** Makes pino set `lastLevel` before each line. */
  readonly [WITH_METADATA] = true;
  lastLevel = INFO;
  private lines = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly destination: DestinationStream) {
    process.on('exit', () => this.flushSync());
  }

  write(line: string): void {
    if (Buffer.byteLength(this.lines) + Buffer.byteLength(line) > BATCH_BYTES_MAX) this.flushSync();
    this.lines += line;
    if (this.lastLevel > INFO) this.flushSync();
    else this.timer ??= setTimeout(() => this.flushSync(), WAIT_MS_MAX).unref();
  }

  flushSync(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { lines } = this;
    this.lines = '';
    if (lines !== '') this.destination.write(lines);
  }
}

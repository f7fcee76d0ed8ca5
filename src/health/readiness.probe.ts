import { Injectable, Logger } from '@nestjs/common';
import { DatabaseReader } from '../database/database.reader.js';
import { RequestDrain } from './request.drain.js';

/** As long as any request waits for a connection. */
const ANSWER_MS_MAX = 2_000;
/** However many ask, the database is asked once in this time. */
const FRESH_MS = 500;

/** A server that only reads, as a standby does, cannot take orders. */
const PROBE = "SELECT current_setting('transaction_read_only') = 'off' AS writable";

/**
 * Ready means that the database answers within 2 s and takes writes, and that the process is not stopping.
 */
@Injectable()
export class ReadinessProbe {
  private readonly logger = new Logger('Readiness');
  private verdict: Promise<boolean> | undefined;
  /** The last query, which may go on for longer than anybody waits for it. */
  private query: Promise<boolean> | undefined;
  private wasReady = true;

  constructor(
    private readonly database: DatabaseReader,
    private readonly drain: RequestDrain,
  ) {}

  /** Never throws, and takes 2 s at most. */
  async isReady(): Promise<boolean> {
    if (this.drain.hasBegun) return false;
    this.verdict ??= this.judge();
    return (await this.verdict) && !this.drain.hasBegun;
  }

  private async judge(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), ANSWER_MS_MAX);
    });
    this.query ??= this.ask();
    const isReady = await Promise.race([this.query, tooLate]);
    clearTimeout(timer);
    setTimeout(() => (this.verdict = undefined), FRESH_MS).unref();
    if (isReady !== this.wasReady) this.logger.warn(isReady ? 'ready again' : 'not ready');
    this.wasReady = isReady;
    return isReady;
  }

  private async ask(): Promise<boolean> {
    try {
      const [row] = await this.database.rows<{ writable: boolean }>(PROBE, []);
      return row?.writable === true;
    } catch (error) {
      if (this.wasReady) this.logger.warn({ err: error });
      return false;
    } finally {
      this.query = undefined;
    }
  }
}

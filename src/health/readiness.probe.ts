import { Injectable, Logger } from '@nestjs/common';
import { delay } from '../common/retry.js';
import { DatabaseReader } from '../database/database.reader.js';
import { RequestDrain } from './request.drain.js';

/** The time for which requests wait for a connection. */
const ANSWER_MS_MAX = 2_000;
/** However many probes arrive, the database is queried once in this time. */
const FRESH_MS = 500;

/** A read-only server, such as a standby, cannot take orders. */
const PROBE = "SELECT current_setting('transaction_read_only') = 'off' AS writable";

/** Ready means: the database answers within 2 s and accepts writes, and the process is not stopping. */
@Injectable()
export class ReadinessProbe {
  private readonly logger = new Logger('Readiness');
  private verdict: Promise<boolean> | undefined;
  /** The last query, which may outlast its verdict. */
  private query: Promise<boolean> | undefined;
  private wasReady = true;

  constructor(
    private readonly database: DatabaseReader,
    private readonly drain: RequestDrain,
  ) {}

  /** Never throws, and takes at most 2 s. */
  async isReady(): Promise<boolean> {
    if (this.drain.hasBegun) return false;
    this.verdict ??= this.judge();
    return (await this.verdict) && !this.drain.hasBegun;
  }

  private async judge(): Promise<boolean> {
    this.query ??= this.ask();
    const isReady = await Promise.race([this.query, delay(ANSWER_MS_MAX, false, { ref: false })]);
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

import type { Buyer } from './buyer.js';
import { now, pause, waitUntil } from './clock.js';
import { FAULTS } from './faults.js';
import type { Attempt, FaultRecord, OrderRecord } from './history.js';
import type { FaultKind } from './options.js';
import type { Random } from './random.js';
import { Recovery } from './recovery.js';
import type { StormedService } from './service-process.js';
import type { Shop } from './shop.js';
import type { StormDatabase } from './storm-database.js';

/** How long to wait for recovery. A late one is reported as late, none as missing. */
const RECOVERY_WAIT_MS = 20_000;
const CALM_MS_MIN = 100;
const CALM_MS_MAX = 600;
const HOLD_MS_MIN = 800;
const HOLD_MS_MAX = 7_000;
/** Short storms have short faults, so that every kind fits in. */
const FAULTS_PER_STORM = 12;

/** Causes one fault after another, in rounds of all kinds, and measures how soon the service recovers. */
export class FaultSchedule {
  /** Whether every kind has occurred once. */
  isRoundOver = false;
  current: string | undefined;
  private recovery: Recovery | undefined;

  constructor(
    private readonly shop: Shop,
    private readonly database: StormDatabase,
    private readonly kinds: readonly FaultKind[],
    private readonly random: Random,
    /** Orders a product that nobody else may order at that time. */
    private readonly prober: Buyer,
    private readonly stormMs: number,
    private readonly progress: (line: string) => void,
  ) {}

  /**
   * @param closing ends the current fault, and the last recovery is still measured.
   * @param signal ends that as well.
   */
  async run(closing: AbortSignal, signal: AbortSignal): Promise<void> {
    while (!closing.aborted && this.kinds.length > 0) {
      for (const kind of this.random.shuffle(this.kinds)) await this.bring(kind, closing, signal);
      this.isRoundOver = true;
    }
    this.isRoundOver = true;
  }

  note(service: StormedService, { lines }: OrderRecord, attempt: Attempt): void {
    this.recovery?.note(service, lines, attempt);
  }

  private async bring(kind: FaultKind, closing: AbortSignal, signal: AbortSignal): Promise<void> {
    await pause(this.random.between(CALM_MS_MIN, CALM_MS_MAX), closing);
    if (closing.aborted) return;
    const { shop, database, random } = this;
    const holdMsMax = Math.min(Math.max(this.stormMs / FAULTS_PER_STORM, HOLD_MS_MIN), HOLD_MS_MAX);
    const holdMs = random.between(HOLD_MS_MIN, holdMsMax);
    this.current = kind;
    const startedAt = now();
    const { productId } = await FAULTS[kind]({ shop, database, random, holdMs, signal: closing });
    const fault: FaultRecord = { kind, endedAt: now(), servedAfterMs: undefined, isServiceMissing: false };
    this.current = undefined;
    shop.history.faults.push(fault);
    const recovery = new Recovery(shop.services, fault, productId);
    this.recovery = recovery;
    if (productId !== undefined) {
      await Promise.all(shop.services.map((service) => this.prober.insist(service, productId, signal)));
    }
    const isBack = await waitUntil(() => recovery.isComplete, RECOVERY_WAIT_MS, signal);
    fault.isServiceMissing = !isBack && !signal.aborted;
    this.progress(describe(fault, fault.endedAt - startedAt));
  }
}

function describe({ kind, servedAfterMs, isServiceMissing }: FaultRecord, lastedMs: number): string {
  const waited = isServiceMissing ? 'were waited for in vain' : 'were no longer waited for';
  const served = servedAfterMs === undefined ? waited : `served again after ${Math.round(servedAfterMs)} ms`;
  return `${kind} lasted ${Math.round(lastedMs)} ms; both processes ${served}`;
}

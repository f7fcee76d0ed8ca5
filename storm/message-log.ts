import { digestOf, type EventLog } from './event-log.js';
import type { Violation } from './violation.js';

/** What a webhook receiver was sent: checked as it arrives, and compared with the log at the end. */
export class MessageLog {
  /** The last event that was accepted. */
  position = 0;
  /** How often the receiver behaved in each way. */
  readonly misdeeds = new Map<string, number>();
  private readonly counts = { missing: 0, 'out of order': 0, 'made up': 0 };
  readonly violations: Violation[] = [];
  /** Hashes of the first message under each id. */
  private readonly digests = new Map<number, string>();
  private readonly accepted = new Set<number>();

  /**
   * A message with a valid signature. It may be repeated, but no later one may come before it is accepted.
   */
  note(id: number, text: string): void {
    const next = this.position + 1;
    if (id > next) this.blame('out of order', `event ${id} came before ${next} was accepted`);
    const digest = digestOf(text);
    const first = this.digests.get(id) ?? digest;
    if (digest !== first) this.blame('made up', `event ${id} came again with another content`);
    this.digests.set(id, first);
  }

  accept(id: number): void {
    this.accepted.add(id);
    this.position = Math.max(this.position, id);
  }

  /** A message that only the service can have sent, and must not send. */
  noteMadeUp(text: string): void {
    this.blame('made up', text);
  }

  /** Checks that every event of the log was accepted, and that every message is in the log. */
  compare(log: EventLog): void {
    for (const id of log.digests.keys()) {
      if (!this.accepted.has(id)) this.blame('missing', `event ${id} was never accepted`);
    }
    for (const [id, digest] of this.digests) {
      if (log.digests.get(id) !== digest) this.blame('made up', `event ${id} is not what the log has`);
    }
  }

  /** For the verdict. */
  get summary(): string {
    const counts = Object.entries(this.counts).map(([what, count]) => `${what}: ${count}`);
    const misdeeds = [...this.misdeeds].map(([what, times]) => `, ${what}: ${times} ×`);
    const accepted = `${this.accepted.size} events accepted${misdeeds.join('')}`;
    return `webhooks ${counts.join(', ')}\nreceiver: ${accepted}`;
  }

  private blame(what: keyof MessageLog['counts'], text: string): void {
    this.counts[what] += 1;
    this.violations.push({ promise: 'K1', text: `${what} at the webhook's receiver: ${text}` });
  }
}

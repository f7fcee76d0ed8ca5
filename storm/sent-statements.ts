import type { Message } from './message-frames.js';

/** What a connection has been asked to do since it was recorded. */
export interface ConnectionRecord {
  /** The SQL of every statement executed, in order; a simple query of several statements is one. */
  readonly statements: string[];
  /** How often the client has had to wait for the server: statements sent without waiting share one. */
  roundTrips: number;
}

/** Knows which SQL a client's message executes, also where it was prepared by an earlier one. */
export class SentStatements {
  private readonly prepared = new Map<string, string>();

  /** @returns the SQL that the message executes, if it executes any: a simple query or a Bind. */
  executedBy({ type, body }: Message): string | undefined {
    if (type === 'Q') return textsIn(body)[0];
    const [first = '', second = ''] = ['P', 'B'].includes(type) ? textsIn(body) : [];
    if (type === 'P') this.prepared.set(first, second);
    return type === 'B' ? this.prepared.get(second) : undefined;
  }
}

/** Whether the SQL is COMMIT, or ends with it. */
export function commits(sql: string): boolean {
  return /(^|;)\s*(COMMIT|END)(\s+(WORK|TRANSACTION))?\s*;?\s*$/i.test(sql);
}

/** The first two zero-terminated texts of a message. */
function textsIn(body: Buffer): string[] {
  const end = body.indexOf(0);
  const next = body.indexOf(0, end + 1);
  return [body.toString('utf8', 0, end), next < 0 ? '' : body.toString('utf8', end + 1, next)];
}

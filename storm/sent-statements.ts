import type { Message } from './message-frames.js';

/** What a connection was sent since recording began. */
export interface ConnectionRecord {
  /** The SQL of every statement executed, in order; a simple query of several statements is one. */
  readonly statements: string[];
  /** How often the client waited for the server. Pipelined statements share one wait. */
  roundTrips: number;
}

/** Finds the SQL that a client's message executes, even if an earlier one prepared it. */
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

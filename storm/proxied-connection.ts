import type { Socket } from 'node:net';
import { delay } from '../src/common/retry.js';
import {
  asksForEncryption,
  awaitsReady,
  errorResponse,
  type Message,
  MessageFrames,
} from './message-frames.js';
import { commits, type ConnectionRecord, SentStatements } from './sent-statements.js';

/**
 * What happens to a COMMIT: nothing; the connection is cut before it arrives, or in place of its answer; the
 * answer is silently dropped, so that the client waits; or the answer is replaced by an error.
 */
export type CommitFault = 'before' | 'after' | 'silence' | 'none' | { readonly sqlState: string };

/** Shared by all connections of a proxy. */
export interface ProxyFaults {
  readonly answerDelayMs: number;
  takeCommitFault(): CommitFault | undefined;
}

const ENCRYPTION_DECLINED = 'N';

/** One connection of the service to PostgreSQL, forwarded message by message. */
export class ProxiedConnection {
  record: ConnectionRecord | undefined;
  private readonly fromClient = new MessageFrames('client');
  private readonly fromServer = new MessageFrames('server');
  private readonly sent = new SentStatements();
  private repliesAwaited = 0;
  private repliesSeen = 0;
  private commit: { readonly fault: CommitFault; readonly reply: number } | undefined;
  private delivered = Promise.resolve();
  private isCut = false;
  private isFrozen = false;
  private readonly heldHangUps: (() => void)[] = [];

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    private readonly faults: ProxyFaults,
  ) {
    // Without delay: messages are forwarded one by one, and none may wait for an acknowledgement.
    for (const socket of this.sockets) socket.setNoDelay().on('error', () => this.cut());
    client.on('data', (chunk) => this.passToServer(chunk));
    server.on('data', (chunk) => this.passToClient(chunk));
    // What was sent before one side hung up still reaches the other, as without a proxy.
    client.on('close', () => this.whenThawed(() => server.end()));
    server.on('close', () => {
      if (this.isCut) client.destroy();
      else this.whenThawed(() => void this.delivered.then(() => client.end()));
    });
  }

  /** Resolves when both sides are disconnected. */
  async ended(): Promise<void> {
    await Promise.all(this.sockets.map((socket) => new Promise((done) => socket.once('close', done))));
  }

  /**
   * Ends the server's side first and the client's once PostgreSQL has closed its own: then the session and
   * its locks are gone. Otherwise the client's next attempt would race with the end of this one.
   */
  cut(): void {
    this.isCut = true;
    if (this.server.closed) this.client.destroy();
    // Ending a socket would send what was held back while frozen.
    else if (this.isFrozen) this.server.destroy();
    else this.server.end();
  }

  /** Forwards nothing, not even that one side has hung up. */
  freeze(): void {
    this.isFrozen = true;
    for (const socket of this.sockets) socket.pause().cork();
  }

  thaw(): void {
    this.isFrozen = false;
    for (const socket of this.sockets) {
      socket.uncork();
      socket.resume();
    }
    for (const hangUp of this.heldHangUps.splice(0)) hangUp();
  }

  /** A socket notices that its peer has hung up even while it is paused. */
  private whenThawed(hangUp: () => void): void {
    if (this.isFrozen) this.heldHangUps.push(hangUp);
    else hangUp();
  }

  private get sockets(): Socket[] {
    return [this.client, this.server];
  }

  private passToServer(chunk: Buffer): void {
    for (const message of this.fromClient.push(chunk)) {
      if (!this.isCut) this.passMessageToServer(message);
    }
  }

  private passMessageToServer(message: Message): void {
    if (asksForEncryption(message)) {
      this.client.write(ENCRYPTION_DECLINED);
      return;
    }
    const sql = this.sent.executedBy(message);
    if (sql !== undefined) this.record?.statements.push(sql);
    const fault = sql !== undefined && commits(sql) ? this.faults.takeCommitFault() : undefined;
    if (fault !== undefined && fault !== 'none') this.commit = { fault, reply: this.repliesAwaited };
    if (awaitsReady(message)) {
      if (this.record && this.repliesAwaited === this.repliesSeen) this.record.roundTrips += 1;
      this.repliesAwaited += 1;
    }
    if (fault === 'before') this.cut();
    else this.server.write(message.bytes);
  }

  private passToClient(chunk: Buffer): void {
    const passed = this.fromServer.push(chunk).flatMap((message) => this.forClient(message));
    if (passed.length === 0 || this.isCut) return;
    this.deliver(Buffer.concat(passed));
  }

  /** Counts the server's replies, since others that nobody waited for may precede that of a COMMIT. */
  private forClient({ type, bytes }: Message): Buffer[] {
    const isReady = type === 'Z';
    const fault = this.repliesSeen >= (this.commit?.reply ?? Infinity) ? this.commit?.fault : undefined;
    if (isReady) this.repliesSeen += 1;
    if (fault === undefined) return [bytes];
    if (isReady && fault === 'after') this.cut();
    if (!isReady || typeof fault !== 'object') return [];
    this.commit = undefined;
    return [errorResponse(fault.sqlState), bytes];
  }

  private deliver(bytes: Buffer): void {
    const dueAt = performance.now() + this.faults.answerDelayMs;
    this.delivered = this.delivered.then(async () => {
      const waitMs = dueAt - performance.now();
      // An answer that is still held back does not keep the process running.
      if (waitMs > 0) await delay(waitMs, undefined, { ref: false });
      if (!this.client.destroyed) this.client.write(bytes);
    });
  }
}

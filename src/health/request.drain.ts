import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/**
 * Keeps count of the requests that have been taken up, that is, received in full and not answered
 * yet: what a stopping process has to finish. A request that is still arriving is not among them.
 */
@Injectable()
export class RequestDrain {
  private count = 0;
  private begun = false;
  private onFinished: (() => void) | undefined;

  /** The process is about to stop: it is not ready any more, and answers to what still comes. */
  get hasBegun(): boolean {
    return this.begun;
  }

  /** Requests that are being worked on. */
  get takenUp(): number {
    return this.count;
  }

  /** A response closes when it has been sent, and also when its client has gone away before. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('preValidation', (_request, reply, done) => {
      this.count += 1;
      // Whoever has kept the connection comes back on another one, and so to another process.
      if (this.begun) void reply.header('connection', 'close');
      reply.raw.once('close', () => {
        this.count -= 1;
        if (this.count === 0) this.onFinished?.();
      });
      done();
    });
  }

  /** From now on the process is not ready, though it serves what comes. */
  announce(): void {
    this.begun = true;
  }

  /** Waits until nothing is taken up or the time is over. */
  finish(timeoutMs: number): Promise<void> {
    if (this.count === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.onFinished = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { isStream } from '../http/stream-route.js';

/** Counts the requests that a stopping process has to finish: received in full and not answered yet. */
@Injectable()
export class RequestDrain {
  private count = 0;
  private begun = false;
  private onFinished: (() => void) | undefined;

  /** From then on the process is not ready, but answers what still comes. */
  get hasBegun(): boolean {
    return this.begun;
  }

  get takenUp(): number {
    return this.count;
  }

  watch(fastify: FastifyInstance): void {
    fastify.addHook('preValidation', (request, reply, done) => {
      // A stream ends when the process stops.
      if (isStream(request)) return done();
      this.count += 1;
      // The client's next connection leads to another process.
      if (this.begun) void reply.header('connection', 'close');
      reply.raw.once('close', () => {
        this.count -= 1;
        if (this.count === 0) this.onFinished?.();
      });
      done();
    });
  }

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

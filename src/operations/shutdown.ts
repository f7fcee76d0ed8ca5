import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/**
 * Keeps count of the requests that have been taken up, that is, received in full and not answered
 * yet: what a stopping process has to finish. A request that is still arriving is not among them.
 */
@Injectable()
export class Shutdown {
  private readonly takenUp = new WeakSet<FastifyRequest>();
  private count = 0;
  private begun = false;
  private onFinished: (() => void) | undefined;

  get hasBegun(): boolean {
    return this.begun;
  }

  watch(fastify: FastifyInstance): void {
    fastify.addHook('preValidation', (request, _reply, done) => {
      this.takenUp.add(request);
      this.count += 1;
      done();
    });
    fastify.addHook('onResponse', (request, _reply, done) => {
      if (this.takenUp.has(request)) this.count -= 1;
      if (this.begun && this.count === 0) this.onFinished?.();
      done();
    });
  }

  /** Says that the process stops, and waits until nothing is taken up or the time is over. */
  begin(timeoutMs: number): Promise<void> {
    this.begun = true;
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

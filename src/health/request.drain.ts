import { Injectable } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { delay } from '../common/retry.js';

/** A route whose answer never ends by itself: a stop does not wait for it, and its duration means nothing. */
export const StreamRoute = () => RouteConfig({ isStream: true });

export function isStream({ routeOptions }: FastifyRequest): boolean {
  return (routeOptions.config as { readonly isStream?: boolean } | undefined)?.isStream === true;
}

/** Counts the requests that a stopping process must finish: fully received, but not yet answered. */
@Injectable()
export class RequestDrain {
  hasBegun = false;
  inProgress = 0;
  private onFinished: (() => void) | undefined;

  watch(fastify: FastifyInstance): void {
    fastify.addHook('preValidation', (request, reply, done) => {
      if (isStream(request)) return done();
      this.inProgress += 1;
      // The client's next connection leads to another process.
      if (this.hasBegun) void reply.header('connection', 'close');
      reply.raw.once('close', () => {
        this.inProgress -= 1;
        if (this.inProgress === 0) this.onFinished?.();
      });
      done();
    });
  }

  /** From now on the process is not ready, but still answers requests. */
  announce(): void {
    this.hasBegun = true;
  }

  /** Waits until no request is in progress, or until the time is up. */
  async finish(timeoutMs: number): Promise<void> {
    if (this.inProgress === 0) return;
    const finished = new Promise<void>((resolve) => (this.onFinished = resolve));
    await Promise.race([finished, delay(timeoutMs, undefined, { ref: false })]);
  }
}

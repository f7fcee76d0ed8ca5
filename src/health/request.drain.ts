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
  private count = 0;
  private begun = false;
  private onFinished: (() => void) | undefined;

  get hasBegun(): boolean {
    return this.begun;
  }

  get inProgress(): number {
    return this.count;
  }

  watch(fastify: FastifyInstance): void {
    fastify.addHook('preValidation', (request, reply, done) => {
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

  /** From now on the process is not ready, but still answers requests. */
  announce(): void {
    this.begun = true;
  }

  /** Waits until no request is in progress, or until the time is up. */
  async finish(timeoutMs: number): Promise<void> {
    if (this.count === 0) return;
    const finished = new Promise<void>((resolve) => (this.onFinished = resolve));
    await Promise.race([finished, delay(timeoutMs)]);
  }
}

import type { FastifyRequest } from 'fastify';
import { ValidationFailedError } from '../common/domain-error.js';
import type { Exchange } from '../http/exchange.decorator.js';
import type { EventStream } from './event.stream.js';

/**
 * Longer than between two heartbeats: closes a connection whose reader takes nothing, whatever waits for it.
 */
const UNREAD_MS_MAX = 60_000;

/** What clients send when they resume. @throws ValidationFailedError unless it is a whole number. */
export function lastEventId({ headers }: FastifyRequest): number | undefined {
  const text = headers['last-event-id'];
  if (text === undefined) return undefined;
  const id = typeof text === 'string' && /^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : Infinity;
  if (Number.isSafeInteger(id)) return id;
  const message = 'must be the id of an event';
  throw new ValidationFailedError([
    { pointer: '/last-event-id', location: 'header', code: 'not-an-id', message },
  ]);
}

/** Proxies pass on what comes at once, and limits for slow clients do not count. */
export function openStream({ request, reply }: Exchange, stream: EventStream): EventStream {
  void reply.headers({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  request.raw.socket.setTimeout(UNREAD_MS_MAX);
  reply.raw.once('close', () => stream.destroy());
  return stream;
}

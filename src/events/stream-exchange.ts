import type { FastifyRequest } from 'fastify';
import { ValidationFailedError } from '../common/domain-error.js';
import type { Exchange } from '../http/exchange.decorator.js';
import type { EventStream } from './event.stream.js';

/** Closes the connection of a reader that takes nothing. Longer than the time between heartbeats. */
const UNREAD_MS_MAX = 60_000;

/** @returns `Last-Event-ID`, if it is sent. @throws ValidationFailedError unless it is a whole number. */
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

/** Tells proxies not to buffer, and lifts the limits for slow clients. */
export function openStream({ request, reply }: Exchange, stream: EventStream): EventStream {
  void reply.headers({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  request.raw.socket.setTimeout(UNREAD_MS_MAX);
  reply.raw.once('close', () => stream.destroy());
  return stream;
}

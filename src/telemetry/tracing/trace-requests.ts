import {
  type Context,
  context,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { tracer } from './spans.js';

const propagator = new W3CTraceContextPropagator();

/**
 * Starts a span for every request except health probes, as a child of `traceparent` if the client sends one
 * (W3C Trace Context). Must be the first hook, so that the others run in the trace.
 */
export function traceRequests(fastify: FastifyInstance): void {
  const contexts = new WeakMap<FastifyRequest, Context>();
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.url?.startsWith('/health/')) return done();
    const parent = propagator.extract(ROOT_CONTEXT, request.headers, defaultTextMapGetter);
    const span = startSpan(request, parent);
    const active = trace.setSpan(parent, span);
    contexts.set(request, active);
    void reply.header('traceresponse', traceParentOf(span));
    reply.raw.once('close', () => endSpan(span, request, reply));
    context.with(active, done);
  });
  // The body arrives in socket events, which run outside the context.
  fastify.addHook('preValidation', (request, _reply, done) => {
    context.with(contexts.get(request) ?? ROOT_CONTEXT, done);
  });
}

/** Follows the semantic conventions for HTTP servers, without `url.path`: it may hold private data. */
function startSpan(request: FastifyRequest, parent: Context): Span {
  const { method, id, routeOptions } = request;
  const route = routeOptions.url;
  const attributes = {
    'http.request.method': method,
    'url.scheme': request.protocol,
    'http.response.header.x-request-id': [id],
    'http.route': route,
  };
  const name = route === undefined ? method : `${method} ${route}`;
  return tracer().startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
}

function endSpan(span: Span, request: FastifyRequest, reply: FastifyReply): void {
  if (request.user) span.setAttribute('user.id', String(request.user.id));
  if (!reply.raw.writableFinished) span.setAttribute('error.type', 'aborted');
  else span.setAttribute('http.response.status_code', reply.statusCode);
  if (reply.statusCode >= 500) {
    span.setAttribute('error.type', String(reply.statusCode));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

function traceParentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-0${traceFlags & 1}`;
}

import {
  type Attributes,
  context,
  type Span,
  type SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { asDomainError } from '../../http/problems/problem.js';
import { PROBLEMS } from '../../common/problem-catalogue.js';
import type { Watcher } from '../../common/observation.js';

export const tracer = () => trace.getTracer('mini-order-system');

export function spanning<Subject, Result>(
  name: string,
  kind: SpanKind,
  attributesOf: (subject: Subject) => Attributes,
): Watcher<Subject, Result> {
  return (work, subject) =>
    during(tracer().startSpan(name, { kind, attributes: attributesOf(subject) }), work);
}

/** By the semantic conventions for databases. */
export function statement(operation: string, collection?: string): Attributes {
  return {
    'db.system.name': 'postgresql',
    'db.operation.name': operation,
    ...(collection === undefined ? {} : { 'db.collection.name': collection }),
  };
}

/** A refusal is an answer, not an error of the span. */
export async function during<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await context.with(trace.setSpan(context.active(), span), work);
  } catch (error) {
    const { code } = asDomainError(error);
    span.setAttribute('error.type', code);
    if (PROBLEMS[code].status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

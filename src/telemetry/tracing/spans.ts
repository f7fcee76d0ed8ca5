import { context, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { asDomainError } from '../../http/problems/problem.js';
import { PROBLEMS } from '../../common/problem-catalogue.js';

export const tracer = () => trace.getTracer('mini-order-system');

/** Runs work inside a span and ends it. Only a 5xx is an error of the span; a refusal is an answer. */
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

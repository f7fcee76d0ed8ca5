import {
  type Attributes,
  type Context,
  type Link,
  type SpanKind,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace';

/** A trace that begins with links is recorded if one of the linked traces is. */
export class LinkSampler implements Sampler {
  constructor(private readonly others: Sampler) {}

  shouldSample(
    parent: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    const isRoot = trace.getSpanContext(parent) === undefined;
    if (!isRoot || links.length === 0) {
      return this.others.shouldSample(parent, traceId, name, kind, attributes, links);
    }
    const isWanted = links.some(({ context }) => (context.traceFlags & TraceFlags.SAMPLED) !== 0);
    return { decision: isWanted ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
  }
}

import { trace, TraceFlags } from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace';

/** Records a trace that begins with links if one of the linked traces is recorded. */
export class LinkSampler implements Sampler {
  constructor(private readonly others: Sampler) {}

  shouldSample(...span: Parameters<Sampler['shouldSample']>): SamplingResult {
    const [parent, , , , , links] = span;
    if (links.length === 0 || trace.getSpanContext(parent)) return this.others.shouldSample(...span);
    const isWanted = links.some(({ context }) => (context.traceFlags & TraceFlags.SAMPLED) !== 0);
    return { decision: isWanted ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
  }
}

import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue } from 'prom-client';

export type Metric = MetricObjectWithValues<MetricValue<string>>;

/**
 * One page for all workers; the label `worker` tells them apart, from 1. Sums would fall when a worker dies,
 * and Prometheus would take that for a reset of the counter.
 */
export function pageOfWorkers(answers: readonly (readonly Metric[])[]): Promise<string> {
  const all = answers.map((metrics, index) => metrics.map((metric) => labelled(metric, String(index + 1))));
  return AggregatorRegistry.aggregate(all).metrics();
}

/** The aggregator must be one of prom-client's, but no two workers share a series. */
function labelled(metric: Metric, worker: string): Metric {
  const values = metric.values.map((value) => ({ ...value, labels: { ...value.labels, worker } }));
  return { ...metric, values, aggregator: 'sum' };
}

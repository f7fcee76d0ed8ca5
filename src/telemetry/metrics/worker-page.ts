import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue } from 'prom-client';

export type Metric = MetricObjectWithValues<MetricValue<string>>;

/**
 * One page for all workers, each series with the place of its worker, from 1. Sums would fall when a worker
 * dies, which Prometheus takes for counters that begin again.
 */
export function pageOfWorkers(answers: readonly (readonly Metric[])[]): Promise<string> {
  const all = answers.map((metrics, index) => metrics.map((metric) => placed(metric, String(index + 1))));
  return AggregatorRegistry.aggregate(all).metrics();
}

/** Nothing is summed up, as every series is one worker's alone. */
function placed(metric: Metric, worker: string): Metric {
  const values = metric.values.map((value) => ({ ...value, labels: { ...value.labels, worker } }));
  return { ...metric, values, aggregator: 'sum' };
}

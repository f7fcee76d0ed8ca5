import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue } from 'prom-client';

export type Metric = MetricObjectWithValues<MetricValue<string>>;

/**
 * The metrics of all workers as one page, each series with the place of its worker, from 1. Not their sums: those would
 * fall when a worker dies, and Prometheus would take that for a counter that has begun anew. A worker that
 * takes the place of a dead one has its name, so there are no more series than places.
 */
export function pageOfWorkers(answers: readonly (readonly Metric[])[]): Promise<string> {
  const all = answers.map((metrics, index) => metrics.map((metric) => placed(metric, String(index + 1))));
  return AggregatorRegistry.aggregate(all).metrics();
}

/** Every series is one worker's alone, so there is nothing to sum up, whatever the metric asks for. */
function placed(metric: Metric, worker: string): Metric {
  const values = metric.values.map((value) => ({ ...value, labels: { ...value.labels, worker } }));
  return { ...metric, values, aggregator: 'sum' };
}

/** A page in Prometheus's text format. */
export class MetricsPage {
  private readonly samples: { readonly name: string; readonly labels: string; readonly value: number }[];

  constructor(readonly text: string) {
    const lines = [...text.matchAll(/^([a-z_]\w*)(?:\{(.*)\})? (\S+)$/gm)];
    this.samples = lines.map(([, name = '', labels = '', value]) => ({ name, labels, value: Number(value) }));
  }

  /** The names of all metrics that are described, without the endings of histograms. */
  get names(): Set<string> {
    return new Set([...this.text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name as string));
  }

  /** The sum of the samples of this name that have all of these labels. */
  sum(name: string, labels: Record<string, string> = {}): number {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    return this.samples
      .filter(
        (sample) => sample.name === name && wanted.every((one) => sample.labels.split(',').includes(one)),
      )
      .reduce((sum, { value }) => sum + value, 0);
  }

  /** All values of the label. */
  valuesOf(label: string): Set<string> {
    const values = [...this.text.matchAll(new RegExp(`[{,]${label}="([^"]*)"`, 'g'))];
    return new Set(values.map(([, value]) => value as string));
  }
}

/** Must call `work` once, at once, and pass its result on. */
export type Watcher<Facts, Result> = (work: () => Promise<Result>, facts: Facts) => Promise<Result>;

/** Work that may be measured or traced. The code that does it does not know its watchers. */
export class Observed<Facts, Result = unknown> {
  private watcher: Watcher<Facts, Result> | undefined;

  /** Adds a watcher around those there are. */
  watch(watcher: Watcher<Facts, Result>): void {
    const inner = this.watcher;
    this.watcher = inner ? (work, facts) => watcher(() => inner(work, facts), facts) : watcher;
  }

  run<Actual extends Result>(facts: Facts, work: () => Promise<Actual>): Promise<Actual> {
    return this.watcher ? (this.watcher(work, facts) as Promise<Actual>) : work();
  }
}

export interface TraceContext {
  /** To be kept with work that runs later. */
  current(): unknown;
  logFields(): Readonly<Record<string, string>>;
  /** The same function, bound to the current trace. */
  bind(run: () => void): () => void;
}

const NO_TRACES: TraceContext = { current: () => undefined, logFields: () => ({}), bind: (run) => run };

export let traces = NO_TRACES;

export function traceBy(context: TraceContext): void {
  traces = context;
}

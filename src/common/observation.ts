/** Must call `work` immediately and exactly once, and return its result. */
export type Watcher<Subject, Result> = (work: () => Promise<Result>, subject: Subject) => Promise<Result>;

/** Work that can be measured or traced. The code that does the work does not know its watchers. */
export class Observed<Subject, Result = unknown> {
  private watcher: Watcher<Subject, Result> | undefined;

  /** Adds a watcher around the existing ones. */
  watch(watcher: Watcher<Subject, Result>): void {
    const inner = this.watcher;
    this.watcher = inner ? (work, subject) => watcher(() => inner(work, subject), subject) : watcher;
  }

  run<Actual extends Result>(subject: Subject, work: () => Promise<Actual>): Promise<Actual> {
    return this.watcher ? (this.watcher(work, subject) as Promise<Actual>) : work();
  }
}

export interface TraceContext {
  /** For work that runs later. */
  current(): unknown;
  logFields(): Readonly<Record<string, string>>;
  /** The function, bound to the current trace. */
  bind(run: () => void): () => void;
}

const NO_TRACES: TraceContext = { current: () => undefined, logFields: () => ({}), bind: (run) => run };

export let traces = NO_TRACES;

export function traceBy(context: TraceContext): void {
  traces = context;
}

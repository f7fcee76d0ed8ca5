/** Must call `work` once, at once, and pass its result on. */
export type Watcher<Subject, Result> = (work: () => Promise<Result>, subject: Subject) => Promise<Result>;

/** Work that may be measured or traced. The code that does it does not know its watchers. */
export class Observed<Subject, Result = unknown> {
  private watcher: Watcher<Subject, Result> | undefined;

  /** Adds a watcher around those there are. */
  watch(watcher: Watcher<Subject, Result>): void {
    const inner = this.watcher;
    this.watcher = inner ? (work, subject) => watcher(() => inner(work, subject), subject) : watcher;
  }

  run<Actual extends Result>(subject: Subject, work: () => Promise<Actual>): Promise<Actual> {
    return this.watcher ? (this.watcher(work, subject) as Promise<Actual>) : work();
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

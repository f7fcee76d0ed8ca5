/** Stands around work that others do. It calls `work` once, at once, and hands on what comes of it. */
export type Watcher<Facts, Result> = (work: () => Promise<Result>, facts: Facts) => Promise<Result>;

/**
 * A kind of work that whoever runs the service wants to measure or trace. The code that does it says so and
 * knows nothing of who listens; while nobody does, it costs a function call.
 */
export class Observed<Facts, Result = unknown> {
  private watcher: Watcher<Facts, Result> | undefined;

  /** Adds a watcher around those there are. */
  watch(watcher: Watcher<Facts, Result>): void {
    const inner = this.watcher;
    this.watcher = inner ? (work, facts) => watcher(() => inner(work, facts), facts) : watcher;
  }

  run<Actual extends Result>(facts: Facts, work: () => Promise<Actual>): Promise<Actual> {
    // A watcher hands on what it was given, so the narrower type is kept.
    return this.watcher ? (this.watcher(work, facts) as Promise<Actual>) : work();
  }
}

/** Which trace the code that asks is part of; where no traces are made, of none. */
export interface TraceContext {
  /** To be kept with work that others will do later; opaque to all but those who make traces. */
  current(): unknown;
  /** The members that tie a line of the log to its trace. */
  logFields(): Readonly<Record<string, string>>;
  /** The same function, which runs in the present trace whenever it is called. */
  bind(run: () => void): () => void;
}

const NO_TRACES: TraceContext = { current: () => undefined, logFields: () => ({}), bind: (run) => run };

/** The traces of this process. */
export let traces = NO_TRACES;

export function traceBy(context: TraceContext): void {
  traces = context;
}

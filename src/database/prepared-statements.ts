/** Preparing pays off only for repeated statements. The JDBC driver uses the same threshold. */
const PREPARED_FROM = 5;
/** The service has about fifty, each with a few variants. */
const PREPARED_MAX = 100;
/** Texts that are counted; beyond it, the least recently used one is dropped. */
const COUNTED_MAX = 200;

/** Names repeated statements, so that each is parsed and planned once per connection. */
export class PreparedStatements {
  private readonly names = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  /** The name under which to prepare the statement, or `undefined` if it has come too rarely. */
  nameOf(text: string): string | undefined {
    return this.names.get(text) ?? this.count(text);
  }

  private count(text: string): string | undefined {
    if (this.names.size >= PREPARED_MAX) return undefined;
    const count = (this.counts.get(text) ?? 0) + 1;
    this.counts.delete(text);
    if (count >= PREPARED_FROM) {
      this.names.set(text, `statement_${this.names.size + 1}`);
      return this.names.get(text);
    }
    this.counts.set(text, count);
    const [oldest] = this.counts.keys();
    if (this.counts.size > COUNTED_MAX && oldest !== undefined) this.counts.delete(oldest);
    return undefined;
  }
}

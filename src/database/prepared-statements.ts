/** As drivers of other languages do it: a text that comes once is not worth it. */
const PREPARED_FROM = 5;
/** The service has about fifty, each with few variants. */
const PREPARED_MAX = 100;
/** Texts that are counted; the one not seen for longest is forgotten. */
const COUNTED_MAX = 200;

/**
 * Statements that come again are parsed and planned once a connection. A text has one name on all of them.
 */
export class PreparedStatements {
  private readonly names = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  /** The name under which to prepare the statement, or nothing while it is not worth it. */
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

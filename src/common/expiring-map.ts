interface Entry<Value> {
  readonly value: Value;
  readonly expiresAtMs: number;
}

/** A map whose entries expire. When it is full, a new entry replaces the one that was set first. */
export class ExpiringMap<Key, Value> {
  private readonly entries = new Map<Key, Entry<Value>>();

  constructor(private readonly entriesMax: number) {}

  /** @param expiresAtMs in the time of `Date.now()`. */
  set(key: Key, value: Value, expiresAtMs: number): void {
    this.entries.delete(key);
    this.entries.set(key, { value, expiresAtMs });
    const [oldest] = this.entries.keys();
    if (this.entries.size > this.entriesMax && oldest !== undefined) this.entries.delete(oldest);
  }

  get(key: Key): Value | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || entry.expiresAtMs > Date.now()) return entry?.value;
    this.entries.delete(key);
    return undefined;
  }

  delete(key: Key): void {
    this.entries.delete(key);
  }

  deleteWhere(matches: (value: Value) => boolean): void {
    for (const [key, { value }] of this.entries) if (matches(value)) this.entries.delete(key);
  }
}

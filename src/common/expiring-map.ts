interface Entry<Value> {
  readonly value: Value;
  readonly expiresAtMs: number;
}

/** A map whose entries end by themselves. Where there are too many, the one that was set first goes. */
export class ExpiringMap<Key, Value> {
  private readonly entries = new Map<Key, Entry<Value>>();

  constructor(private readonly entriesMax: number) {}

  /** @param expiresAtMs by the clock of `Date.now()`. */
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

  /** Deletes all entries with such a value. */
  deleteWhere(isSo: (value: Value) => boolean): void {
    for (const [key, { value }] of this.entries) if (isSo(value)) this.entries.delete(key);
  }
}

/** The values of a statement. What comes from outside is bound, never written into the text. */
export class Parameters {
  readonly values: unknown[] = [];

  /** @returns the placeholder that stands for the value. */
  bind(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}

/** Characters as PostgreSQL counts them, that is code points; class-validator leaves some out. */
export function lengthOf(text: string): number {
  return [...text].length;
}

import { readFileSync } from 'node:fs';

const LIST = new URL('common-passwords.txt', import.meta.url);

let passwords: ReadonlySet<string> | undefined;

/** Case-insensitive. The list is read when it is first needed. */
export function isCommonPassword(password: string): boolean {
  passwords ??= new Set(readFileSync(LIST, 'utf8').split('\n'));
  return passwords.has(password.normalize('NFKC').toLowerCase());
}

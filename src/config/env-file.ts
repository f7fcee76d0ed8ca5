import { readFileSync } from 'node:fs';

export interface EnvFile {
  readonly variables: Readonly<Record<string, string>>;
  readonly faults: readonly string[];
}

/** Stricter than Node's own parser, which silently drops, for example, what follows a # in a password. */
const ASSIGNMENT =
  /^(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(?:'([^']*)'|"([^"]*)"|`([^`]*)`|([^\s'"`#][^#]*?)|)(?:\s+#.*|\s*)$/;

export function readEnvFile(path: string): EnvFile {
  const { text, fault } = readText(path);
  const variables = new Map<string, string>();
  const faults = fault === undefined ? [] : [`${path} ${fault}`];
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name, ...values] = ASSIGNMENT.exec(line.trim()) ?? [];
    if (name === undefined)
      faults.push(
        `${path}, line ${index + 1}, is not NAME=value: put a value with # or quotes into single quotes`,
      );
    else if (variables.has(name)) faults.push(`${name} is set twice in ${path}`);
    else variables.set(name, values.join(''));
  }
  return { variables: Object.fromEntries(variables), faults };
}

/** Editors write UTF-8 with or without a byte order mark, or UTF-16 with one. */
function readText(path: string): { readonly text: string; readonly fault?: string } {
  try {
    const bytes = readFileSync(path);
    const mark = bytes.subarray(0, 2).toString('hex');
    const encoding = { fffe: 'utf-16le', feff: 'utf-16be' }[mark] ?? 'utf-8';
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { text: '' };
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { text: '', fault: 'is not text in UTF-8' };
    return { text: '', fault: `cannot be read (${code})` };
  }
}

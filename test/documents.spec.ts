import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const inFolder = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const DOCUMENTS = [...inFolder('.'), ...inFolder('docs'), ...inFolder('bench')];

/** Without what stands in blocks of code. */
async function prose(path: string): Promise<string> {
  return (await readFile(path, 'utf8')).replace(/^```[^]*?^```$/gm, '');
}

const cellsOf = (row: string) => row.replaceAll(/\\\||`[^`]*`/g, 'x').split('|').length;

/** As GitHub makes them of headings. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

// Guarantees that the documents lead somewhere and speak of what there is.
describe.each(DOCUMENTS)('%s', (document) => {
  it('has as many cells in each row of a table as in its head', async () => {
    const tables = [...(await prose(document)).matchAll(/(?:^\|.*\n)+/gm)].map(([table]) =>
      table.trim().split('\n').map(cellsOf),
    );

    expect(tables.filter((rows) => new Set(rows).size !== 1)).toEqual([]);
  });

  it('links to files and headings that exist', async () => {
    const links = [...(await prose(document)).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]+))?\)/g)];
    const broken: string[] = [];
    for (const [link, file, anchor] of links) {
      const path = file ? normalize(join(dirname(document), file)) : document;
      const isThere =
        existsSync(path) && (anchor === undefined || anchorsOf(await prose(path)).includes(anchor));
      if (!isThere) broken.push(link);
    }

    expect(broken).toEqual([]);
  });

  it('names npm scripts that exist', async () => {
    const text = await readFile(document, 'utf8');
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: object };
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name as string);

    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe('the documents', () => {
  const variablesOf = (text: string, pattern: RegExp) =>
    [...text.matchAll(pattern)].map(([, name]) => name as string).sort();

  it('explain every variable of .env.example, and no other', async () => {
    const example = variablesOf(await readFile('.env.example', 'utf8'), /^#?([A-Z][A-Z0-9_]+)=/gm);
    const table = variablesOf(await readFile('docs/configuration.md', 'utf8'), /^\| `([A-Z][A-Z0-9_]+)`/gm);

    expect(example.length).toBeGreaterThan(40);
    expect(table).toEqual(example);
  });

  it('begin with a README of at most 150 lines and 1,500 words', async () => {
    const readme = (await readFile('README.md', 'utf8')).trim();

    expect(readme.split('\n').length).toBeLessThanOrEqual(150);
    expect(readme.split(/\s+/).length).toBeLessThanOrEqual(1_500);
  });
});

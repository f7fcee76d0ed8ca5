import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const isOfOthers = (name: string) => /^(\.|node_modules$|dist$|data$)/.test(name);
const DOCUMENTS = readdirSync('.')
  .filter((name) => !isOfOthers(name))
  .flatMap((name) =>
    statSync(name).isDirectory()
      ? readdirSync(name, { recursive: true }).map((path) => join(name, String(path)))
      : [name],
  )
  .filter((path) => path.endsWith('.md'));

/** The text without blocks of code. */
async function prose(path: string): Promise<string> {
  return (await readFile(path, 'utf8')).replace(/^```[^]*?^```$/gm, '');
}

const cellsOf = (row: string) => row.replaceAll(/\\\||`[^`]*`/g, 'x').split('|').length;

/** The anchors that GitHub derives from headings. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

// Guarantees that the links of the documents work, and that what they name exists.
describe.each(DOCUMENTS)('%s', (document) => {
  it('has the same number of cells in every row of a table', async () => {
    const tables = [...(await prose(document)).matchAll(/(?:^\|.*\n)+/gm)].map(([table]) =>
      table.trim().split('\n').map(cellsOf),
    );

    expect(tables.filter((rows) => new Set(rows).size !== 1)).toEqual([]);
  });

  it('links only to files and headings that exist', async () => {
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

  it('names only npm scripts that exist', async () => {
    const text = await readFile(document, 'utf8');
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: object };
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name as string);

    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe('the documents', () => {
  const matchesIn = async (path: string, pattern: RegExp) =>
    [...(await readFile(path, 'utf8')).matchAll(pattern)].map(([, ...parts]) => parts);
  const explained = () => matchesIn('.env.example', /^#?([A-Z][A-Z0-9_]+)=(.*)$/gm);

  it('explain every variable that the service or Docker Compose reads, and no others', async () => {
    const read = await matchesIn('src/config/env.ts', /readonly ([A-Z][A-Z0-9_]+)[?!:]/g);
    const ofCompose = await matchesIn('docker-compose.yml', /\$\{(POSTGRES_\w+)/g);

    expect(new Set((await explained()).flatMap(([name]) => name))).toEqual(
      new Set([...read.flat(), ...ofCompose.flat()]),
    );
  });

  it('have a row for each variable, with its meaning and the default from .env.example', async () => {
    const rows = await matchesIn('docs/configuration.md', /^\| `([A-Z][A-Z0-9_]+)` *\| (\S+).*?\| \S.*\|$/gm);
    const defaults = rows.map(([name, first]) => [
      name,
      first === 'none' ? '' : first?.replace(/[`;,]/g, ''),
    ]);

    expect(defaults.sort()).toEqual((await explained()).sort());
  });

  it('start with a README of at most 150 lines and 1,500 words', async () => {
    const readme = (await readFile('README.md', 'utf8')).trim();

    expect(readme.split('\n').length).toBeLessThanOrEqual(150);
    expect(readme.split(/\s+/).length).toBeLessThanOrEqual(1_500);
  });
});

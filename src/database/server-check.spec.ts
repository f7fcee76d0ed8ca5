import { describe, expect, it } from '@jest/globals';
import { faultsOf, type ServerFindings } from './server-check.js';

const SUITABLE: ServerFindings = {
  version: 18,
  encoding: 'UTF8',
  searchPath: '"$user", public',
  schema: 'public',
  isStandby: false,
  differing: [],
  unsafeSettings: [],
  connectionsMax: 97,
};

describe('a PostgreSQL server', () => {
  it.each([
    ['that is too old', { version: 14 }, /^PostgreSQL 14 is too old: use 15 or newer$/],
    ['with an encoding for few letters', { encoding: 'LATIN1' }, /LATIN1.*CREATE DATABASE/],
    ['with an encoding that accepts any bytes', { encoding: 'SQL_ASCII' }, /SQL_ASCII.*CREATE DATABASE/],
    ['without a schema for tables', { schema: null, searchPath: '""' }, /search_path = "".*ALTER ROLE/],
    ['with the system catalogue as its first schema', { schema: 'pg_catalog' }, /search_path.*ALTER ROLE/],
    [
      'with information_schema as its first schema',
      { schema: 'information_schema' },
      /search_path.*ALTER ROLE/,
    ],
    [
      'with a setting that no connection can change',
      { differing: [{ name: 'array_nulls', found: 'off', needed: 'on' }] },
      /array_nulls = off.*ALTER ROLE … SET array_nulls = 'on'/,
    ],
  ])('%s is refused with the remedy', (_, findings, words) => {
    expect(faultsOf({ ...SUITABLE, ...findings })).toEqual([expect.stringMatching(words)]);
  });

  it('that is suitable is accepted', () => {
    expect(faultsOf({ ...SUITABLE, version: 15, schema: 'pgshop' })).toEqual([]);
  });
});

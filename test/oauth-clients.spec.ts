import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ProblemBody, TokenBody } from './support/api-types.js';
import type { CallOptions } from './support/client.js';
import { itNeeding } from './support/needing.js';
import { sessionsIn } from './support/sessions.js';
import { PASSWORD, type Person, useWorld } from './support/world.js';

const given = useWorld();
const { signIn } = sessionsIn(given);

type Fields = Record<string, string>;
const ENCODINGS: readonly [string, (fields: Fields) => CallOptions][] = [
  ['urlencoded', (fields) => ({ body: new URLSearchParams(fields) })],
  ['multipart', (fields) => ({ body: multipart(Object.entries(fields)) })],
  ['JSON', (json) => ({ json })],
];
const FORMS: readonly [string, (fields: [string, string][]) => CallOptions][] = [
  ['urlencoded', (fields) => ({ body: new URLSearchParams(fields) })],
  ['multipart', (fields) => ({ body: multipart(fields) })],
];

function multipart(fields: [string, string][]): FormData {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  return form;
}

/** A valid request to each endpoint, and the status of its answer. */
const ENDPOINTS: readonly [string, (person: Person, tokens: TokenBody) => Fields, number][] = [
  ['/login', ({ username }) => ({ username, password: PASSWORD }), 200],
  ['/refresh', (_, { refresh_token }) => ({ refresh_token }), 200],
  ['/logout', (_, { refresh_token }) => ({ refresh_token }), 204],
];

const each = <T>(variants: readonly [string, T][]) =>
  ENDPOINTS.flatMap(([path, fieldsFor, status]) =>
    variants.map(([encoding, encode]) => ({ path, fieldsFor, status, encoding, encode })),
  );

// Guarantees that OAuth 2 clients work although they send additional parameters (RFC 6749, 3.2).
describe('an endpoint for OAuth 2 clients', () => {
  let person: Person;
  let tokens: TokenBody;
  beforeEach(async () => {
    person = await given.customer();
    tokens = await signIn(person);
  });

  it.each(each(ENCODINGS))(
    '$path ignores unknown parameters in $encoding',
    async ({ path, fieldsFor, status, encode }) => {
      const known = { grant_type: 'password', scope: 'orders', client_id: 'shop', client_secret: 'x' };
      const unknown = { allow_redirects: 'True', resource: '/orders', id: '1', role: 'admin' };
      const fields = { ...known, ...fieldsFor(person, tokens), ...unknown };

      expect((await given.anyone.call('POST', path, encode(fields))).status).toBe(status);
    },
  );

  it.each(each(FORMS))(
    '$path accepts parameters in $encoding that are named like object methods',
    async ({ path, fieldsFor, status, encode }) => {
      const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''];
      const odd = names.map((name): [string, string] => [name, 'x']);
      const fields = [...odd, ...Object.entries(fieldsFor(person, tokens))];

      expect((await given.anyone.call('POST', path, encode(fields))).status).toBe(status);
    },
  );

  it.each(each(FORMS))(
    '$path refuses repeated parameters in $encoding, known or not',
    async ({ path, fieldsFor, encode }) => {
      const fields = Object.entries(fieldsFor(person, tokens));
      const repeated: [string, string][] = [fields[0] as [string, string], ['scope', 'a'], ['x/y', '1']];

      const answer = await given.anyone.call<ProblemBody>(
        'POST',
        path,
        encode([...fields, ...repeated, ...repeated.slice(1)]),
      );

      expect(answer.status).toBe(422);
      const pointers = [`/${repeated[0]?.[0]}`, '/scope', '/x~1y'];
      expect(answer.body.errors).toEqual(
        pointers.map((pointer) => expect.objectContaining({ pointer, location: 'body', code: 'repeated' })),
      );
      expect((await given.anyone.post('/refresh', { refresh_token: tokens.refresh_token })).status).toBe(200);
    },
  );

  it.each(each(ENCODINGS))(
    '$path treats empty parameters in $encoding as missing',
    async ({ path, fieldsFor, status, encode }) => {
      const fields = fieldsFor(person, tokens);
      const empty = Object.fromEntries(Object.keys(fields).map((name) => [name, '']));

      const without = await given.anyone.call<ProblemBody>('POST', path, encode({ ...empty, scope: '' }));
      const withScope = await given.anyone.call('POST', path, encode({ ...fields, scope: '' }));

      expect(without.body.errors).toEqual(
        Object.keys(fields).map((name) => expect.objectContaining({ pointer: `/${name}`, code: 'required' })),
      );
      expect(withScope.status).toBe(status);
    },
  );

  it.each(each(FORMS))(
    '$path refuses more than twenty fields in $encoding',
    async ({ path, fieldsFor, encode }) => {
      const fields = Object.entries(fieldsFor(person, tokens));
      const more = Array.from({ length: 20 }, (_, n): [string, string] => [`f${n}`, 'x']);

      expect((await given.anyone.call('POST', path, encode([...fields, ...more]))).status).toBe(400);
    },
  );
});

const PROGRAM = `
import os, sys
os.environ['OAUTHLIB_INSECURE_TRANSPORT'] = '1'
from oauthlib.oauth2 import LegacyApplicationClient
from requests_oauthlib import OAuth2Session
url, name, password = sys.argv[1:]
client = OAuth2Session(client=LegacyApplicationClient(client_id='shop'), auto_refresh_url=url + '/refresh',
                       token_updater=lambda token: print('refreshed'))
client.fetch_token(url + '/login', username=name, password=password)
client.token = {**client.token, 'expires_in': -1, 'expires_at': 1}
print(client.get(url + '/me').json()['username'])
`;
const SYSTEM_PYTHON = '/usr/bin/python3';
const hasOAuthLib = spawnSync(SYSTEM_PYTHON, ['-c', 'import requests_oauthlib']).status === 0;

describe('requests-oauthlib', () => {
  itNeeding('Python and requests-oauthlib', hasOAuthLib)(
    'signs in and refreshes its token by itself',
    async () => {
      const { username } = await given.customer();
      const args = ['-c', PROGRAM, given.service.url, username, PASSWORD];

      const { stdout } = await promisify(execFile)(SYSTEM_PYTHON, args, { timeout: 25_000 });

      expect(stdout).toBe(`refreshed\n${username}\n`);
    },
  );
});

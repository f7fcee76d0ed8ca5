import { describe, expect, it } from '@jest/globals';
import { BadConfigurationError, parseEnv } from './load-env.js';

const URL_OF_DATABASE = 'postgresql://shop:secret@localhost:5432/shop';
/** For variables without a default, or whose default is a list. */
const EXAMPLES: Record<string, string> = {
  DATABASE_URL: URL_OF_DATABASE,
  MIGRATION_DATABASE_URL: URL_OF_DATABASE,
  JWT_SECRET: 'a secret of the tests, longer than 32 characters',
  JWT_SECRET_PREVIOUS: 'a secret of the tests, longer than 32 characters',
  ADMIN_USERNAME: 'boss',
  ADMIN_PASSWORD: 'correct horse',
  TRUST_PROXY: '10.0.0.0/8, ::1',
  CORS_ORIGINS: 'https://shop.example, http://localhost:3000',
  METRICS_PORT: '9400',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318',
};

const defaults = Object.entries(parseEnv({})).flatMap(([name, value]) =>
  ['string', 'number', 'boolean'].includes(typeof value) ? [[name, String(value)] as const] : [],
);
const valid = { ...Object.fromEntries(defaults), ...EXAMPLES };
const variables = Object.entries(valid);
const numbers = Object.keys(valid).filter((name) => typeof parseEnv(valid)[name as 'PORT'] === 'number');
const integers = numbers.filter((name) => name !== 'OTEL_TRACES_SAMPLER_ARG');

const withOne = (name: string, value: string) => parseEnv({ ...valid, [name]: value });

function faultsOf(work: () => unknown): readonly string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof BadConfigurationError) return error.faults;
    throw error;
  }
}

// Guarantees that a variable means what a person sees, or is refused by name. Values are never printed.
describe('every variable', () => {
  it('is tested here', () => {
    expect(variables.length).toBeGreaterThan(40);
    expect(integers.length).toBeGreaterThan(20);
  });

  it.each(['\r', '\r\n', '\n'])('loses a line break at its end: %j', (end) => {
    for (const [name, value] of variables) expect(withOne(name, value + end)).toEqual(parseEnv(valid));
  });

  it.each([' ', '\t', '\u00a0', '\ufeff'])(
    'loses spaces around its value, unless it is a secret: %j',
    (blank) => {
      for (const [name, value] of variables.filter(([name]) => !/SECRET|PASSWORD$/.test(name)))
        expect(withOne(name, blank + value + blank)).toEqual(parseEnv(valid));
      expect(withOne('ADMIN_PASSWORD', ' 1234 ').ADMIN_PASSWORD).toBe(' 1234 ');
    },
  );

  it.each(['', '  ', '\r', '\u00a0'])('has its default if it is empty: %j', (nothing) => {
    for (const [name, value] of defaults) expect(String(withOne(name, nothing)[name as 'PORT'])).toBe(value);
  });

  it.each(['"', "'", '`'])('is refused in quotes: %s', (quote) => {
    for (const [name, value] of variables) {
      const faults = faultsOf(() => withOne(name, quote + value + quote));
      expect(faults).toContainEqual(expect.stringMatching(`^${name} is in quotes`));
    }
  });

  it.each(['\u200b', '\u0000', '\u001b', '\u202e', '\ufffd'])(
    'is refused with an invisible character: %j',
    (mark) => {
      for (const [name, value] of variables) {
        const faults = faultsOf(() => withOne(name, value[0] + mark + value.slice(1)));
        expect(faults).toContainEqual(expect.stringMatching(`^${name} contains an invisible character`));
      }
    },
  );

  it.each([
    '1e3',
    '0x10',
    '+5',
    '08',
    '-1',
    '1.5',
    '1_000',
    'Infinity',
    'NaN',
    '５',
    '1 000',
    '99999999999999999999',
  ])('that is a number must consist of digits: %s', (value) => {
    for (const name of integers) expect(faultsOf(() => withOne(name, value)).join()).toMatch(name);
  });

  it('that is a word must be spelt as documented', () => {
    for (const [name, value] of [
      ['NODE_ENV', 'Production'],
      ['NODE_ENV', 'prod'],
      ['ADMIN_SIGNUP', 'FIRST'],
      ['LOG_LEVEL', 'warning'],
      ['ALLOW_UNSAFE_DATABASE', '1'],
      ['OTEL_TRACES_SAMPLER_ARG', '50%'],
      ['TRUST_PROXY', '10.0.0.0/08'],
      ['TRUST_PROXY', 'fe80::1%eth0'],
      ['DATA_DIR', '~/data'],
    ] as const)
      expect(faultsOf(() => withOne(name, value)).join()).toMatch(name);
  });
});

describe('NODE_ENV', () => {
  it('is trimmed before it decides about defaults', () => {
    const env = parseEnv({ ...valid, ADMIN_SIGNUP: '', NODE_ENV: ' production\r' });
    expect(env.ADMIN_SIGNUP).toBe('closed');
  });
});

describe('an unknown name', () => {
  it.each([
    ['DATABSE_URL', 'DATABASE_URL'],
    ['DATABASE_ULR', 'DATABASE_URL'],
    ['database_url', 'DATABASE_URL'],
    ['DATABASE-URL', 'DATABASE_URL'],
    ['DATADIR', 'DATA_DIR'],
    ['JWTSECRET', 'JWT_SECRET'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['\u00a0NODE_ENV', 'NODE_ENV'],
    ['\ufeffNODE_ENV', 'NODE_ENV'],
    ['port', 'PORT'],
  ])('is refused if it is similar to one of ours: %j', (name, meant) => {
    const faults = faultsOf(() => parseEnv({ [name]: 'x' }));
    expect(faults).toEqual([`${name} is unknown: did you mean ${meant}?`]);
  });

  it('may be anything else, or be set together with the right one', () => {
    const others =
      'POST SPORT GHOST HOSTNAME NODE_OPTIONS TEST_DATABASE_URL XDG_DATA_DIRS DATABASE_SSL WORKER';
    parseEnv(Object.fromEntries(others.split(' ').map((name) => [name, 'x'])));
    parseEnv({ DATABASE_URL: URL_OF_DATABASE, DATABASE_URI: 'x' });
  });
});

describe('CORS_ORIGINS', () => {
  it('is converted to what browsers send', () => {
    const written =
      'https://Shop.Example, https://a.example:443, http://b.example:80/, https://bücher.example';
    expect(withOne('CORS_ORIGINS', written).CORS_ORIGINS).toEqual([
      'https://shop.example',
      'https://a.example',
      'http://b.example',
      'https://xn--bcher-kva.example',
    ]);
  });

  it.each([
    '*',
    'https://*.shop.example',
    'https://shop.example/path',
    'https://shop.example?x',
    'https://me@shop.example',
    'shop.example',
    'null',
    'ftp://shop.example',
    'https://a.example https://b.example',
  ])('refuses what no browser sends: %s', (origin) => {
    expect(faultsOf(() => withOne('CORS_ORIGINS', origin)).join()).toMatch(/^CORS_ORIGINS must list origins/);
  });
});

describe('DATABASE_URL', () => {
  it.each([
    ['postgresql://u:100%@h/d', /write a plain % as %25/],
    ['postgresql://u:%ff@h/d', /write a plain % as %25/],
    ['postgresql://u:p@h/d%zz', /write a plain % as %25/],
    ['postgres:/u:p@h/d', /must name/],
    ['mysql://u:p@h/d', /must be a URL/],
    ['postgresql//u:p@h/d', /must be a URL/],
    ['postgresql://u:p#w@h/d', /must be a URL/],
    ['postgresql://h/d', /must name a user/],
    ['postgresql://u:5/w@h/d', /must name a user/],
    ['postgresql://u:p@h', /must name a database/],
    ['postgresql://u:p@h/', /must name a database/],
    ['postgresql://u:p@h/d?sslmode=verify_full', /has an unknown sslmode/],
    ['postgresql://u:p@h/d?sslmode=', /has an unknown sslmode/],
    ['postgresql://u:p@h/d?sslmod=require', /did you mean sslmode\?/],
    ['postgresql://u:p@h/d?SSLMODE=require', /did you mean sslmode\?/],
    ['postgresql://u:p@h/d?sslmode=verify-full&sslmode=disable', /has the same parameter twice/],
    [
      'postgresql://u:p@h/d?sslmode=verify-full&sslrootcert=/none.pem',
      /names an unreadable file in sslrootcert/,
    ],
  ])('is refused with the reason, but without its value: %s', (url, fault) => {
    for (const name of ['DATABASE_URL', 'MIGRATION_DATABASE_URL']) {
      const faults = faultsOf(() => parseEnv({ DATABASE_URL: URL_OF_DATABASE, [name]: url }));
      expect(faults).toEqual([expect.stringMatching(fault)]);
      expect(faults.join()).toMatch(new RegExp(`^${name} `));
    }
  });

  it.each([
    'postgres://u:p%25%40@h:6432/d?application_name=x&connect_timeout=5',
    'postgresql://u@h/d?sslmode=disable',
    'postgresql://u:p@[::1]:5432/d',
    'postgresql://u:p@%2Fvar%2Frun%2Fpostgresql/d',
    'postgresql:///d?host=/var/run/postgresql&user=u',
    'postgresql://u:p@h/d?sslmode=require&channel_binding=require',
  ])('may be %s', (url) => {
    expect(faultsOf(() => parseEnv({ DATABASE_URL: url }))).toEqual([]);
  });

  it('is refused in production if Node is told not to verify servers', () => {
    const production = { ...valid, NODE_ENV: 'production', NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    expect(faultsOf(() => parseEnv(production)).join()).toMatch(/^NODE_TLS_REJECT_UNAUTHORIZED=0/);
    expect(faultsOf(() => parseEnv({ ...production, ALLOW_UNSAFE_DATABASE: 'true' }))).toEqual([]);
  });
});

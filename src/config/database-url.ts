import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { misnomersIn } from './variable-names.js';

/** pg 8 treats these as `verify-full`. libpq checks less, and pg 9 will do the same. */
const TREATED_AS_VERIFY_FULL = ['prefer', 'require', 'verify-ca'];

const MODES = [undefined, 'disable', 'no-verify', 'verify-full', ...TREATED_AS_VERIFY_FULL];
const FILES = ['sslrootcert', 'sslcert', 'sslkey'];
const TLS_PARAMETERS = new Set(['ssl', 'sslmode', 'sslnegotiation', ...FILES]);

/** Completes a sentence that begins with the name of the variable. Never contains a part of the URL. */
export function databaseUrlFault(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol))
    return 'must be a URL such as postgresql://user:password@host:5432/database';
  if ([url.username, url.password, url.pathname].some(isWronglyEncoded))
    return 'has an invalid % in its user, password or database name: write a plain % as %25';
  return namingFault(url) ?? parameterFault(url.searchParams);
}

function isWronglyEncoded(part: string): boolean {
  try {
    return decodeURIComponent(part).includes('\0');
  } catch {
    return true;
  }
}

/** pg would take a missing part from the environment or from the name of the system user. */
function namingFault({ username, hostname, pathname, searchParams }: URL): string | undefined {
  if (!username && !searchParams.has('user')) return 'must name a user';
  if (!hostname && !searchParams.has('host')) return 'must name a host';
  return pathname.length > 1 ? undefined : 'must name a database';
}

/** pg ignores a misspelt parameter, and with it the verification that it asks for. */
function parameterFault(parameters: URLSearchParams): string | undefined {
  const names = [...parameters.keys()];
  const [misnomer] = misnomersIn(names, TLS_PARAMETERS, true);
  if (misnomer) return `has an unknown parameter: did you mean ${misnomer.meant}?`;
  if (new Set(names).size < names.length) return 'has the same parameter twice';
  if (!MODES.includes(parameters.get('sslmode') ?? undefined))
    return 'has an unknown sslmode: verify-full encrypts and verifies the server, disable does neither';
  const file = FILES.find((name) => parameters.has(name) && !isReadable(parameters.get(name) ?? ''));
  return file && `names an unreadable file in ${file}`;
}

function isReadable(path: string): boolean {
  try {
    return readFileSync(path).length > 0;
  } catch {
    return false;
  }
}

/**
 * Makes every TLS connection verify the certificate and the host name of the server.
 * @param caFile certificates to trust instead of Node's own; implies TLS.
 */
export function withVerification(url: string, caFile: string | undefined): string {
  const result = new URL(url);
  const mode = result.searchParams.get('sslmode');
  const isRaised = mode === null ? caFile !== undefined : TREATED_AS_VERIFY_FULL.includes(mode);
  if (isRaised) result.searchParams.set('sslmode', 'verify-full');
  if (caFile !== undefined) result.searchParams.set('sslrootcert', caFile);
  return isRaised || caFile !== undefined ? result.href : url;
}

export function isUnverified(url: string): boolean {
  const { searchParams } = new URL(url);
  return [searchParams.get('sslmode'), searchParams.get('ssl')].includes('no-verify');
}

export function refusesTls(url: string): boolean {
  return new URL(url).searchParams.get('sslmode') === 'disable';
}

export function holdsCertificate(path: string): boolean {
  try {
    return new X509Certificate(readFileSync(path)).raw.length > 0;
  } catch {
    return false;
  }
}

/** Fixes the schemas in which connections look for tables, even if the role's setting changes later. */
export function withSearchPath(url: string, searchPath: string): string {
  const result = new URL(url);
  const option = `-c search_path=${searchPath.replace(/[\s\\]/g, '\\$&')}`;
  const given = result.searchParams.get('options');
  result.searchParams.set('options', given === null ? option : `${given} ${option}`);
  return result.href;
}

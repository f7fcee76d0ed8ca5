import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { misnomersIn } from './variable-names.js';

/**
 * Modes that pg 8 takes for `verify-full`. libpq checks less in all but the last, and pg 9 will follow it.
 */
const TAKEN_FOR_VERIFY_FULL = ['prefer', 'require', 'verify-ca'];

const MODES = [undefined, 'disable', 'no-verify', 'verify-full', ...TAKEN_FOR_VERIFY_FULL];
const FILES = ['sslrootcert', 'sslcert', 'sslkey'];
const TLS_PARAMETERS = new Set(['ssl', 'sslmode', 'sslnegotiation', ...FILES]);

/** What is wrong, as the end of a sentence that begins with the variable's name. Never a part of the URL. */
export function databaseUrlFault(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol))
    return 'must be a URL such as postgresql://user:password@host:5432/database';
  if ([url.username, url.password, url.pathname].some(isWronglyEncoded))
    return 'has a % in its user, password or database that encodes nothing: write a plain % as %25';
  return namingFault(url) ?? parameterFault(url.searchParams);
}

function isWronglyEncoded(part: string): boolean {
  try {
    return decodeURIComponent(part).includes('\0');
  } catch {
    return true;
  }
}

/** What is left out would come from the environment or the system's user. */
function namingFault({ username, hostname, pathname, searchParams }: URL): string | undefined {
  if (!username && !searchParams.has('user')) return 'must name a user';
  if (!hostname && !searchParams.has('host')) return 'must name a host';
  return pathname.length > 1 ? undefined : 'must name a database';
}

/** A parameter that vanished would vanish with the verification that it asks for. */
function parameterFault(parameters: URLSearchParams): string | undefined {
  const names = [...parameters.keys()];
  const [misnomer] = misnomersIn(names, TLS_PARAMETERS, true);
  if (misnomer) return `has a parameter that is not known: it is probably ${misnomer.meant}`;
  if (new Set(names).size < names.length) return 'has a parameter twice';
  if (!MODES.includes(parameters.get('sslmode') ?? undefined))
    return (
      'has an sslmode that is not known: verify-full encrypts and checks the server, ' +
      'disable does neither'
    );
  const file = FILES.find((name) => parameters.has(name) && !isReadable(parameters.get(name) ?? ''));
  return file && `names a file in ${file} that cannot be read`;
}

function isReadable(path: string): boolean {
  try {
    return readFileSync(path).length > 0;
  } catch {
    return false;
  }
}

/**
 * Where a URL asks for TLS, the certificate and the host name in it are checked.
 * @param caFile certificates to trust instead of Node's own; asks for TLS by itself.
 */
export function withVerification(url: string, caFile: string | undefined): string {
  const result = new URL(url);
  const mode = result.searchParams.get('sslmode');
  const isRaised = mode === null ? caFile !== undefined : TAKEN_FOR_VERIFY_FULL.includes(mode);
  if (!isRaised && caFile === undefined) return url;
  if (isRaised) result.searchParams.set('sslmode', 'verify-full');
  if (caFile !== undefined) result.searchParams.set('sslrootcert', caFile);
  return result.href;
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

/** A database URL whose connections look for tables in these schemas, whatever the role says later. */
export function withSearchPath(url: string, searchPath: string): string {
  const result = new URL(url);
  const option = `-c search_path=${searchPath.replace(/[\s\\]/g, '\\$&')}`;
  const given = result.searchParams.get('options');
  result.searchParams.set('options', given === null ? option : `${given} ${option}`);
  return result.href;
}

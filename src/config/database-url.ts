import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Modes that pg 8 takes for `verify-full`. libpq checks less in all but the last, and pg 9 will follow it. */
const TAKEN_FOR_VERIFY_FULL = ['prefer', 'require', 'verify-ca'];

/**
 * A database URL that says in full how the server is verified, for every program that gets it: where TLS is asked for,
 * it is demanded, and the certificate and the host name in it are checked.
 * @param caFile certificates to trust instead of those that Node brings; asks for TLS by itself.
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

/** Whether the URL asks for a connection that may end at anybody who is in between. */
export function isUnverified(url: string): boolean {
  const { searchParams } = new URL(url);
  return [searchParams.get('sslmode'), searchParams.get('ssl')].includes('no-verify');
}

/** Whether the URL asks for no TLS at all, as opposed to saying nothing. */
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

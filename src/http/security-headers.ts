/** A year, the least that preload lists and OWASP ASVS (3.4.1) accept. */
const HSTS = 'max-age=31536000; includeSubDomains';

/** Nothing here is a page, and nobody may frame it. */
const CSP = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** OWASP HTTP Headers Cheat Sheet. HSTS is for production, where a proxy terminates TLS. */
export function securityHeaders(isProduction: boolean): Readonly<Record<string, string>> {
  return {
    'cache-control': 'no-store',
    'content-security-policy': CSP,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...(isProduction ? { 'strict-transport-security': HSTS } : {}),
  };
}

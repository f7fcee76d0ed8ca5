/** A year, the least that preload lists and OWASP ASVS (3.4.1) accept. */
const HSTS = 'max-age=31536000; includeSubDomains';

/** Nothing here is a page, and nobody may frame it. */
const CSP_OF_API = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** OWASP HTTP Headers Cheat Sheet. HSTS is for production, where TLS ends in front of the service. */
export function securityHeaders(isProduction: boolean): Readonly<Record<string, string>> {
  return {
    'cache-control': 'no-store',
    'content-security-policy': CSP_OF_API,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...(isProduction ? { 'strict-transport-security': HSTS } : {}),
  };
}

/** The policy of Swagger UI's page: it loads its own files, and icons from data: URLs. */
export const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

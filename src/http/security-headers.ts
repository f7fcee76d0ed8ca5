import { createHash } from 'node:crypto';

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

/** What Swagger UI's script puts into its logo; another release may differ, and says so in the console. */
const LOGO_STYLE = "'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='";

/** For Swagger UI's page: its own files, the styles in the page by hash, data: for icons. */
export function docsPolicy(page: string): string {
  const hashes = (pattern: RegExp) =>
    [...page.matchAll(pattern)].map(([, text]) => hashSource(text as string)).join(' ');
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' ${LOGO_STYLE} ${hashes(/<style>([^]*?)<\/style>/g)}`,
    // Without this word, hashes speak of elements only and not of attributes.
    `style-src-attr 'unsafe-hashes' ${hashes(/ style="([^"]*)"/g)}`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

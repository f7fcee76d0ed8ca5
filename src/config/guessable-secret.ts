const DISTINCT_CHARACTERS_MIN = 10;

/**
 * Few different characters, or a short text repeated; `openssl rand -hex 32` passes, but for one in millions.
 */
export function isGuessable(secret: string | undefined): boolean {
  if (secret === undefined) return false;
  return new Set(secret).size < DISTINCT_CHARACTERS_MIN || /^(.+?)\1+$/s.test(secret);
}

const DISTINCT_CHARACTERS_MIN = 10;

/**
 * Whether a secret is so plain that it cannot have come from a generator: few different characters, or one
 * short text again and again. What `openssl rand -hex 32` prints passes, but for one in millions.
 */
export function isGuessable(secret: string | undefined): boolean {
  if (secret === undefined) return false;
  return new Set(secret).size < DISTINCT_CHARACTERS_MIN || /^(.+?)\1+$/s.test(secret);
}

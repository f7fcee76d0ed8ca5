export const USERNAME_MIN = 3;
export const USERNAME_MAX = 64;

/** The form in which names are stored and shown: one Unicode spelling, no spaces around. */
export function normaliseUsername(username: string): string {
  return username.normalize('NFKC').trim();
}

/** The form in which names are compared: without regard to case. */
export function usernameKey(username: string): string {
  return normaliseUsername(username).toLowerCase();
}

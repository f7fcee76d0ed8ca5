import { USERNAME_MAX } from '../../config/env.js';

/** Normalising takes quadratic time for some texts. Nothing this long is a valid name. */
const NORMALISED_MAX = 4 * USERNAME_MAX;

/** The form in which names are stored and shown. */
export function normaliseUsername(username: string): string {
  return username.length > NORMALISED_MAX ? username : username.normalize('NFKC').trim();
}

/** The form in which names are compared. */
export function usernameKey(username: string): string {
  return normaliseUsername(username).toLowerCase();
}

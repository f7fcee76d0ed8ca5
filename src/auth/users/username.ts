import { USERNAME_MAX } from '../../config/env.js';

/** Normalising takes time that grows with the square of some texts; nothing this long is a name. */
const NORMALISED_MAX = 4 * USERNAME_MAX;

/** The form in which names are stored and shown: one Unicode spelling, no spaces around. */
export function normaliseUsername(username: string): string {
  return username.length > NORMALISED_MAX ? username : username.normalize('NFKC').trim();
}

/** The form in which names are compared: without regard to case. */
export function usernameKey(username: string): string {
  return normaliseUsername(username).toLowerCase();
}

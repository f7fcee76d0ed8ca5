import { describe, expect, it } from '@jest/globals';
import { normaliseUsername, usernameKey } from './username.js';

describe('user names', () => {
  it('are equal in every Unicode form and case', () => {
    const spellings = ['Zo\u00eb', 'zoe\u0308', ' ZO\u00cb '];
    expect(new Set(spellings.map(usernameKey))).toEqual(new Set(['zo\u00eb']));
  });

  it('are not normalised if they are too long to be valid, because that would take seconds', () => {
    const text = 'e\u0308'.repeat(200);
    expect(normaliseUsername(text)).toBe(text);
  });
});

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { VerifiedTokenCache } from './verified-token.cache.js';

const NOW_S = 1_800_000_000;
const somebody = (userId: number) => ({ userId, sessionId: 'a session' });

beforeEach(() => void jest.useFakeTimers({ now: NOW_S * 1000 }));
afterEach(() => void jest.useRealTimers());

describe('verified tokens', () => {
  it('identify their user until the second in which they expire', () => {
    const tokens = new VerifiedTokenCache();
    tokens.add('header.claims.signature', somebody(1), NOW_S + 60);

    jest.setSystemTime((NOW_S + 60) * 1000 - 1);
    expect(tokens.find('header.claims.signature')).toEqual(somebody(1));
    jest.setSystemTime((NOW_S + 60) * 1000);
    expect(tokens.find('header.claims.signature')).toBeUndefined();
  });

  it('do not match a text that differs in one character', () => {
    const tokens = new VerifiedTokenCache();
    tokens.add('header.claims.signature', somebody(1), NOW_S + 60);

    for (const other of [
      'header.claims.signaturE',
      'Header.claims.signature',
      'header.claims.signature ',
      '',
    ])
      expect(tokens.find(other)).toBeUndefined();
  });

  it('are dropped beyond 5,000, the oldest first', () => {
    const tokens = new VerifiedTokenCache();
    for (let index = 0; index <= 5_000; index += 1) tokens.add(`token ${index}`, somebody(index), NOW_S + 60);

    expect(tokens.find('token 0')).toBeUndefined();
    expect(tokens.find('token 1')).toEqual(somebody(1));
    expect(tokens.find('token 5000')).toEqual(somebody(5_000));
  });
});

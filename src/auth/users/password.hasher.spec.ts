import { availableParallelism } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { ServiceBusyError } from '../../common/domain-error.js';
import { assertAcceptablePassword } from './password-policy.js';
import { PasswordHasher } from './password.hasher.js';

const passwords = new PasswordHasher({ PASSWORD_QUEUE_MAX: 3 });

describe('passwords', () => {
  it("are hashed with argon2id and OWASP's parameters, each with its own salt", async () => {
    const [one, two] = [await passwords.hash('correct horse'), await passwords.hash('correct horse')];

    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
  });

  it('are equal in every Unicode form, and case-sensitive', async () => {
    const stored = await passwords.hash('Zo\u00eb 1234');

    expect(await passwords.matches('Zoe\u0308 1234', stored)).toBe(true);
    expect(await passwords.matches('zo\u00eb 1234', stored)).toBe(false);
    expect(await passwords.matches('no user has this password', undefined)).toBe(false);
  });

  it('wait in a queue of PASSWORD_QUEUE_MAX; one more is refused', async () => {
    const atOnce = availableParallelism() + 3;

    const results = await Promise.allSettled(
      Array.from({ length: atOnce + 1 }, () => passwords.hash('correct horse')),
    );

    expect(results.slice(0, atOnce).every(({ status }) => status === 'fulfilled')).toBe(true);
    const reasons = results.map((result) => result.status === 'rejected' && (result.reason as Error));
    expect(reasons[atOnce]).toBeInstanceOf(ServiceBusyError);
  });

  it('are checked at a login even if registrations have filled the queue', async () => {
    const stored = await passwords.hash('correct horse');
    const registrations = Array.from({ length: availableParallelism() + 3 }, () =>
      passwords.hash('battery staple'),
    );

    const login = passwords.matches('correct horse', stored);
    const results = await Promise.allSettled(registrations);

    expect(await login).toBe(true);
    expect(results.map(({ status }) => status).filter((status) => status === 'rejected')).toHaveLength(1);
  });

  it('must be hashed again after a change of the parameters', async () => {
    const older = await hash('correct horse', { memoryCost: 8_192, timeCost: 1, parallelism: 1 });

    expect(passwords.isOutdated(older)).toBe(true);
    expect(passwords.isOutdated(await passwords.hash('correct horse'))).toBe(false);
  });
});

describe('a new password', () => {
  const strict = { PASSWORD_MIN_LENGTH: 8, isProduction: true };
  const lax = { PASSWORD_MIN_LENGTH: 4, isProduction: false };
  const choosing =
    (password: string, policy = strict) =>
    () =>
      assertAcceptablePassword(password, 'Some.Body1', '/password', policy);

  it.each(['password', 'PassWord1', '12345678', 'qwerty123', 'iloveyou', 'some.body1', ' Some.Body1'])(
    'cannot be %s in production',
    (password) => {
      expect(choosing(password)).toThrow();
      expect(choosing(password, lax)).not.toThrow();
    },
  );

  it('is measured in characters, not in UTF-16 code units', () => {
    expect(choosing('\u{1f511}\u{1f510}\u{1f513}', lax)).toThrow();
    expect(choosing('\u{1f511}\u{1f510}\u{1f513}\u{1f5dd}', lax)).not.toThrow();
  });

  it.each(['correct horse', 'some.body1 and more', '8 letter', 'zq4-vb7x'])('may be %s', (password) => {
    expect(choosing(password)).not.toThrow();
  });
});

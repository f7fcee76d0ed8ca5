import { describe, expect, it } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import type { ProblemBody } from './support/api-types.js';
import { Client } from './support/client.js';
import { ServiceProcess } from './support/service-process.js';
import { PASSWORD, refusedWith, succeeded, useWorld, withWorld } from './support/world.js';

const given = useWorld();

// Guarantees that stored hashes move to newer parameters without shutting anybody out.
describe('a password hash with older parameters', () => {
  it('is replaced when its user signs in, and only then', async () => {
    const customer = await given.customer();
    const older = await hash(PASSWORD, { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
    await given.database.rows('UPDATE users SET password_hash = $1 WHERE id = $2', [older, customer.id]);
    const logIn = (password: string) =>
      given.anyone.post('/login', { username: customer.username, password });
    const stored = () =>
      given.database.value<string>('SELECT password_hash FROM users WHERE id = $1', [customer.id]);

    expect((await logIn('wrong')).status).toBe(401);
    expect(await stored()).toBe(older);
    const logins = await Promise.all([logIn(PASSWORD), logIn(PASSWORD), logIn(PASSWORD)]);

    expect(logins.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await stored()).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect((await logIn(PASSWORD)).status).toBe(200);
  });
});

// Guarantees that a burst of passwords to hash is shed instead of piling up.
describe('passwords beyond PASSWORD_QUEUE_MAX', () => {
  it('are refused with 503 and Retry-After, and the others are served', async () => {
    await withWorld({ PASSWORD_QUEUE_MAX: '1' }, async ({ anyone, database }) => {
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, n) =>
          anyone.post('/register', { username: `burst-${n}`, password: PASSWORD }),
        ),
      );
      const refused = answers.filter(refusedWith('service-unavailable'));

      expect(refused.length).toBeGreaterThan(0);
      expect(refused.every(({ headers }) => headers.get('retry-after') === '1')).toBe(true);
      expect(answers.filter(succeeded)).toHaveLength(40 - refused.length);
      expect(await database.value('SELECT count(*)::integer FROM users')).toBe(40 - refused.length);
    });
  });
});

// Guarantees that in production nobody has a password that attackers try first.
describe('common passwords', () => {
  it('are refused in production, at registration and at a change', async () => {
    const service = await ServiceProcess.start({ NODE_ENV: 'production', DATABASE_URL: given.database.url });
    const client = new Client(() => service.url);
    const register = (username: string, password: string) =>
      client.post<ProblemBody>('/register', { username, password });
    const customer = given.clientOf(service, await given.customer());

    const common = await register('careless', 'Password1');
    const own = await register('Some.Body', 'some.body');
    const good = await register('careful', PASSWORD);
    const later = await customer.post<ProblemBody>('/me/password', {
      current_password: PASSWORD,
      new_password: 'iloveyou',
    });
    await service.stop();

    expect(common.body.errors).toEqual([
      expect.objectContaining({ pointer: '/password', code: 'too-common' }),
    ]);
    expect(own.body.errors).toEqual([expect.objectContaining({ pointer: '/password', code: 'too-common' })]);
    expect(later.body.errors).toEqual([
      expect.objectContaining({ pointer: '/new_password', code: 'too-common' }),
    ]);
    expect(good.status).toBe(201);
  });

  it('are refused in production as ADMIN_PASSWORD', async () => {
    const service = ServiceProcess.launch({
      NODE_ENV: 'production',
      DATABASE_URL: given.database.url,
      ADMIN_USERNAME: 'boss',
      ADMIN_PASSWORD: 'password123',
    });

    expect((await service.exited).code).toBe(78);
    expect(service.output).toMatch(/ADMIN_PASSWORD is one of the most common/);
    expect(service.output).not.toContain('password123');
  });
});

import { describe, expect, it } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import type { ProblemBody } from './support/api-types.js';
import { Client } from './support/client.js';
import { ServiceProcess } from './support/service-process.js';
import { PASSWORD, refusedWith, succeeded, useWorld, withWorld } from './support/world.js';

const given = useWorld();

// Guarantees that stored passwords keep up with the times, and that nobody is shut out by it.
describe('a hash that was made with older parameters', () => {
  it('is made anew when its user signs in, and only then', async () => {
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

// Guarantees that a burst of passwords to hash is refused in time instead of piling up.
describe('more passwords at once than may wait', () => {
  it('are 503 with Retry-After, and the others are served', async () => {
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

// Guarantees that on the internet nobody has a password that is tried first.
describe('common passwords', () => {
  it('may not be chosen in production, neither at first nor later', async () => {
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

  it('may not be the configured one of the admin in production', async () => {
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

import { describe, expect, it } from '@jest/globals';
import { Client } from './support/client.js';
import { LIMITS, loginsIn, somewhere } from './support/logins.js';
import { PASSWORD, useWorld, withWorld } from './support/world.js';

/** The tests' own address is a trusted proxy, so that they can pretend any client address. */
const given = useWorld({ ...LIMITS, TRUST_PROXY: '127.0.0.1' });

const { logIn, fail } = loginsIn(given);

/** A user who has signed in from one address, which is not that of the tests. */
async function victim() {
  const { username } = await given.customer();
  const home = somewhere();
  expect((await logIn({ username, password: PASSWORD, from: home })).status).toBe(200);
  return { username, home };
}

/** Uses up the failures that an account is allowed, from two addresses. */
async function attack(username: string): Promise<void> {
  for (const from of [somewhere(), somewhere()]) {
    expect(await fail(3, { username, from })).toEqual([401, 401, 401]);
  }
}

// Guarantees that guessing the password of one account from one address is soon refused, on every process.
describe('the limit on an account and an address', () => {
  it('allows three failures and then refuses even the right password, with the time to wait', async () => {
    const { username } = await given.customer();
    const from = somewhere();

    expect(await fail(3, { username, from })).toEqual([401, 401, 401]);
    const refused = await logIn({ username, password: PASSWORD, from });

    expect(refused.body).toMatchObject({ status: 429, code: 'too-many-attempts' });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(refused.body.retry_after).toBe(seconds);
    expect(seconds).toBeGreaterThan(500);
    expect(seconds).toBeLessThanOrEqual(600);
    expect((await logIn({ username, password: PASSWORD, from: somewhere() })).status).toBe(200);
  });

  it('refuses before it checks the password: it opens no session and hashes nothing', async () => {
    await withWorld({ ...LIMITS, PASSWORD_QUEUE_MAX: '1' }, async (world) => {
      const customer = await world.customer();
      const attempt = { username: customer.username, from: somewhere() };
      await loginsIn(world).fail(3, attempt);
      const right = { ...attempt, password: PASSWORD };

      const answers = await Promise.all(Array.from({ length: 40 }, () => loginsIn(world).logIn(right)));

      expect(answers.filter(({ status }) => status !== 429)).toEqual([]);
      expect(await world.database.value('SELECT count(*)::integer FROM sessions')).toBe(1);
    });
  });

  it('is the same for an unknown name', async () => {
    expect(await fail(4, { username: 'nobody-at-all', from: somewhere() })).toEqual([401, 401, 401, 429]);
  });

  it('is the same for every spelling of the name', async () => {
    const from = somewhere();
    const spellings = ['Spelled', 'spelled', ' SPELLED ', 'spelled'];
    const answers: number[] = [];
    for (const username of spellings) answers.push((await logIn({ username, from })).status);

    expect(answers).toEqual([401, 401, 401, 429]);
  });

  it('checks only three of twenty passwords that come at once', async () => {
    const attempt = { username: 'many-at-once', from: somewhere() };

    const answers = await Promise.all(Array.from({ length: 20 }, () => logIn(attempt)));

    expect(answers.filter(({ status }) => status === 401)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(17);
  });

  it('starts again from zero after a successful login, and does not count successes', async () => {
    const { username } = await given.customer();
    const from = somewhere();
    const right = { username, password: PASSWORD, from };

    expect(await fail(5, right)).toEqual([200, 200, 200, 200, 200]);
    expect(await fail(2, { username, from })).toEqual([401, 401]);
    expect((await logIn(right)).status).toBe(200);
    expect(await fail(4, { username, from })).toEqual([401, 401, 401, 429]);
  });

  it('is shared by all processes, and survives a restart', async () => {
    const attempt = { username: 'everywhere', from: somewhere() };
    const second = await given.secondService();
    const elsewhere = new Client(() => second.url);

    expect(await fail(2, attempt)).toEqual([401, 401]);
    expect(await fail(2, attempt, elsewhere)).toEqual([401, 429]);
    await second.stop();
    const restarted = await given.secondService();

    expect(await fail(1, attempt, new Client(() => restarted.url))).toEqual([429]);
    await restarted.stop();
  });

  it('ends after its time window', async () => {
    const { username } = await given.customer();
    const from = somewhere();
    await fail(4, { username, from });

    await given.database.rows('UPDATE login_attempts SET expire = $1', [Date.now() - 1]);

    expect((await logIn({ username, password: PASSWORD, from })).status).toBe(200);
  });

  it('counts the addresses of one IPv6 network as one', async () => {
    const username = 'six';
    const network = ['2001:db8:1:2::1', '2001:db8:1:2::2', '2001:db8:1:2:ffff::', '2001:db8:1:2:3:4:5:6'];
    const answers: number[] = [];
    for (const from of network) answers.push((await logIn({ username, from })).status);

    expect(answers).toEqual([401, 401, 401, 429]);
    expect((await logIn({ username, from: '2001:db8:1:3::1' })).status).toBe(401);
  });
});

// Guarantees that guessing at many accounts from one address is refused, without harm to other addresses.
describe('the limit on an address', () => {
  it('allows eight failures over all accounts, then refuses this address and no other', async () => {
    const from = somewhere();
    const statuses: number[] = [];
    for (let n = 0; n < 9; n += 1) statuses.push((await logIn({ username: `sprayed-${n}`, from })).status);

    expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 401, 401, 429]);
    expect((await logIn({ username: 'sprayed-8', from: somewhere() })).status).toBe(401);
  });

  it('is not used up by repeated attempts at one account', async () => {
    const from = somewhere();
    await fail(20, { username: 'insisted-on', from });

    expect(await fail(3, { username: 'neighbour', from })).toEqual([401, 401, 401]);
  });

  it('stores rows only for the attempts that it lets through', async () => {
    const from = somewhere();
    const before = await rowsOf();
    for (let n = 0; n < 30; n += 1) await logIn({ username: `flooded-${n}`, from });

    // One row for the address; for each of eight attempts, one for the pair and one for the account.
    expect((await rowsOf()) - before).toBeLessThanOrEqual(1 + 2 * 8);
  });

  const rowsOf = () => given.database.value<number>('SELECT count(*)::integer FROM login_attempts');
});

// Guarantees that many addresses together guess slowly, and that nobody can lock a user out.
describe('the limit on an account', () => {
  it('allows unknown addresses one attempt each after six failures', async () => {
    const { username } = await victim();
    await attack(username);

    expect(await fail(3, { username, from: somewhere() })).toEqual([401, 429, 429]);
  });

  it('lets the user in from a new address if the first password is right, and from then on', async () => {
    const { username } = await victim();
    await attack(username);
    const from = somewhere();

    expect((await logIn({ username, password: PASSWORD, from })).status).toBe(200);
    expect(await fail(2, { username, from })).toEqual([401, 401]);
    expect((await logIn({ username, password: PASSWORD, from })).status).toBe(200);
  });

  it('never refuses an address from which the user has signed in before', async () => {
    const { username, home } = await victim();
    await attack(username);

    expect(await fail(2, { username, from: home })).toEqual([401, 401]);
    expect((await logIn({ username, password: PASSWORD, from: home })).status).toBe(200);
  });

  it('allows six failures and refuses the seventh attempt', async () => {
    const username = 'counted';
    const [one, two, three] = [somewhere(), somewhere(), somewhere()];
    expect(await fail(3, { username, from: one })).toEqual([401, 401, 401]);
    expect(await fail(1, { username, from: two })).toEqual([401]);

    expect(await fail(3, { username, from: three })).toEqual([401, 401, 429]);
  });
});

describe('a failed login', () => {
  it('stores name and address only as hashes, which are deleted after their time window', async () => {
    const from = somewhere();
    await logIn({ username: 'secretive', from });
    const rows = await given.database.rows<{ key: string }>('SELECT key FROM login_attempts');
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ key }) => !/^(address|pair|account|known):[\w-]{43}$/.test(key))).toEqual([]);

    await given.database.rows('DELETE FROM login_attempts');
    await given.database.rows(
      `INSERT INTO login_attempts SELECT 'old' || n, 1, 1000 + n FROM generate_series(1, 11) n`,
    );
    await logIn({ username: 'secretive', from });

    expect(await given.database.rows(`SELECT key FROM login_attempts WHERE key LIKE 'old%'`)).toEqual([
      { key: 'old11' },
    ]);
  });
});

describe('login counters that cannot be reached', () => {
  it('lead to 503, and let nobody in', async () => {
    await given.database.refuseConnections(true);
    const answer = await logIn({ username: 'anybody', from: somewhere() });
    await given.database.refuseConnections(false);

    expect(answer.body).toMatchObject({ status: 503, code: 'service-unavailable' });
    expect(answer.headers.get('retry-after')).toBe('1');
  });
});

import { describe, expect, it } from '@jest/globals';
import { LIMITS, loginsIn, somewhere } from './support/logins.js';
import { ServiceProcess } from './support/service-process.js';
import { useWorld, withWorld } from './support/world.js';

/** One service allows three failed logins, the other one five requests a minute; both trust this proxy. */
const given = useWorld({ ...LIMITS, TRUST_PROXY: '127.0.0.1' });
const hurried = useWorld({ RATE_LIMIT_PER_MINUTE: '5', TRUST_PROXY: '127.0.0.1' });
const { logIn, fail } = loginsIn(given);

const GARBAGE = ['unknown', '_hidden', '203.0.113.256', 'shop.example', '%0', '[::1', '"203.0.113.9"'];
let names = 0;

/** The statuses of failed logins to one account, each from the next address. */
async function failFrom(addresses: readonly string[], world = given): Promise<number[]> {
  const username = `dodger-${(names += 1)}`;
  const statuses: number[] = [];
  for (const from of addresses) statuses.push((await loginsIn(world).logIn({ username, from })).status);
  return statuses;
}

const six = (address: (n: number) => string) => Array.from({ length: 6 }, (_, n) => address(n));

// Guarantees that no client evades a limit by writing its address in another way.
describe('the address of a client', () => {
  it('is taken from X-Forwarded-For only if a trusted proxy sends the header', async () => {
    await withWorld(LIMITS, async (world) => {
      expect(await failFrom(six(somewhere).slice(2), world)).toEqual([401, 401, 401, 429]);
    });
  });

  it.each([
    ['other addresses before it', six((n) => `198.18.99.${n}, 203.0.113.70`)],
    ['a port', six((n) => `203.0.113.71:${20_001 + n}`)],
    ['ports and addresses in one IPv6 network', six((n) => `[2001:db8:7:7::${n}]:${20_001 + n}`)],
    ['another spelling', six((n) => (n % 2 ? '::ffff:203.0.113.72' : '::FFFF:cb00:7148'))],
    ['a port of a trusted proxy', six((n) => `203.0.113.73, 127.0.0.1:${20_001 + n}`)],
    ['text that is not an address', six((n) => GARBAGE[n] as string)],
    ['text that is not an address, behind another proxy', six((n) => `_${n}, 127.0.0.1`)],
    ['thousands of digits', six((n) => String(n).repeat(8_000))],
  ])('does not count as a new one because of %s', async (_, addresses) => {
    await given.database.rows('DELETE FROM login_attempts');
    const requests: number[] = [];
    for (const address of addresses) {
      const headers = { 'x-forwarded-for': address };
      requests.push((await hurried.anyone.get('/problems', { headers })).status);
    }

    expect(await failFrom(addresses)).toEqual([401, 401, 401, 429, 429, 429]);
    // A client without an address shares the proxy's address with the clients before.
    expect(requests[5]).toBe(429);
  });

  it('is the proxy’s own if none is sent, which does not affect clients that send theirs', async () => {
    await given.database.rows('DELETE FROM login_attempts');

    expect(await fail(4, { username: 'obscure', from: 'unknown' })).toEqual([401, 401, 401, 429]);
    expect((await logIn({ username: 'obscure', from: '127.0.0.1' })).status).toBe(429);
    expect((await logIn({ username: 'obscure', from: somewhere() })).status).toBe(401);
  });
});

// Guarantees that nobody is trusted by mistake.
describe('TRUST_PROXY', () => {
  it.each(['0.0.0.0/0', '::/0', '10.0.0.0/33', 'proxy.example', '10.0.0.1:80'])(
    'may not be %s',
    async (proxy) => {
      const service = ServiceProcess.launch({ TRUST_PROXY: proxy });

      expect((await service.exited).code).toBe(78);
      expect(service.output).toMatch(/TRUST_PROXY must list IP addresses or CIDR ranges/);
    },
  );
});

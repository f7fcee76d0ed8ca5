import { describe, expect, it } from '@jest/globals';
import type { OutboundRequests } from '../src/webhooks/outbound.requests.js';
import { closeConnections, outcome, requests } from './support/outbound.js';

closeConnections();

function isRefused(sender: OutboundRequests, url: string): boolean {
  try {
    sender.checkedUrl(url);
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: 'validation-failed', details: { errors: [{ pointer: '/url' }] } });
    return true;
  }
}

/** `https://` and an address. */
const at = (address: string) => `https://${address.includes(':') ? `[${address}]` : address}/`;

const NOT_PUBLIC = [
  ['private', '10.1.2.3'],
  ['private', '172.16.0.1'],
  ['private', '172.31.255.255'],
  ['private', '192.168.1.1'],
  ['link-local, the metadata of clouds', '169.254.169.254'],
  ['shared, the metadata of Alibaba', '100.100.100.200'],
  ['the metadata of Oracle', '192.0.0.192'],
  ['internal to Azure', '168.63.129.16'],
  ['this host', '0.0.0.0'],
  ['this network', '0.1.2.3'],
  ['for benchmarks', '198.18.0.1'],
  ['for documentation', '192.0.2.1'],
  ['for documentation', '198.51.100.7'],
  ['for documentation', '203.0.113.9'],
  ['multicast', '224.0.0.1'],
  ['reserved', '240.0.0.1'],
  ['broadcast', '255.255.255.255'],
  ['unspecified', '::'],
  ['private, mapped', '::ffff:10.0.0.1'],
  ['private, mapped', '::ffff:a00:1'],
  ['public, but mapped', '::ffff:93.184.215.14'],
  ['compatible', '::10.0.0.1'],
  ['NAT64', '64:ff9b::10.0.0.1'],
  ['NAT64, local', '64:ff9b:1::a00:1'],
  ['6to4', '2002:a00:1::1'],
  ['Teredo', '2001:0:a00:1::1'],
  ['unique-local', 'fc00::1'],
  ['unique-local, the metadata of Amazon', 'fd00:ec2::254'],
  ['link-local', 'fe80::1'],
  ['site-local', 'fec0::1'],
  ['multicast', 'ff02::1'],
  ['discard-only', '100::1'],
  ['for documentation', '2001:db8::1'],
  ['for documentation', '3fff::1'],
  ['segment routing', '5f00::1'],
] as const;

const LOOPBACK = ['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1'];

// Guarantees that nobody can use webhooks to reach what only the service can reach.
describe('requests to addresses that users provide', () => {
  it.each(NOT_PUBLIC)('never go to an address that is %s: %s', async (_, address) => {
    for (const isProduction of [true, false]) {
      const sender = requests(isProduction, () => [address]);
      expect(await outcome(sender, 'https://shop.example/')).toBe('The address is not allowed.');
      expect(await outcome(sender, at(address))).toBe('The address is not allowed.');
      expect(isRefused(sender, at(address))).toBe(true);
    }
  });

  it.each(LOOPBACK)('never go to this machine in production: %s', async (address) => {
    const [production, development] = [requests(true, () => [address]), requests(false)];

    expect(await outcome(production, 'https://shop.example/')).toBe('The address is not allowed.');
    expect(isRefused(production, at(address))).toBe(true);
    expect(isRefused(development, at(address).replace('https:', 'http:'))).toBe(false);
  });

  it.each([
    'http://10.1',
    'http://0xa.1',
    'http://012.0.0.1',
    'http://167772161',
    'http://①⓪.0.0.1',
    'http://10.0.0.1.',
  ])('recognize an address in any spelling: %s', (url) => {
    expect(isRefused(requests(false), url)).toBe(true);
  });

  it.each(['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'])(
    'may go to a public address: %s',
    (address) => {
      expect(isRefused(requests(true), at(address))).toBe(false);
    },
  );

  it('require every address of a name to be allowed', async () => {
    const sender = requests(true, () => ['93.184.215.14', '10.0.0.1']);
    expect(await outcome(sender, 'https://shop.example/')).toBe('The address is not allowed.');
  });

  it.each([
    'ftp://shop.example/',
    'file:///etc/passwd',
    'gopher://shop.example/',
    'javascript:alert(1)',
    'data:text/plain,x',
    'shop.example/hooks',
    '//shop.example/hooks',
    '',
    'https://',
    'https://user@shop.example/',
    'https://user:word@shop.example/',
    'https://:word@shop.example/',
    'https://shop.example:22/',
    'https://shop.example:25/',
    'https://shop.example:80/',
    'https://shop.example:1023/',
    `https://shop.example/${'ä'.repeat(400)}`,
  ])('are never made to %s', (url) => {
    expect(isRefused(requests(false), url)).toBe(true);
  });

  it('use https in production', async () => {
    expect(isRefused(requests(true), 'http://shop.example/')).toBe(true);
    expect(isRefused(requests(true), 'https://shop.example:8443/')).toBe(false);
    expect(isRefused(requests(false), 'http://shop.example:8080/')).toBe(false);
    // As for a URL that was accepted before the service ran in production.
    expect(await outcome(requests(true), 'http://shop.example/')).toBe('The address is not allowed.');
  });
});

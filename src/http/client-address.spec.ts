import { describe, expect, it } from '@jest/globals';
import { clientAddress, trustedProxies } from './client-address.js';

const PROXY = '10.0.0.1';
const via = (...hops: string[]) => clientAddress({ ip: hops.at(-1) as string, ips: hops });

// Guarantees that a client has one identity, however its address is written.
describe('the identity of a client', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7:20001', '192.0.2.7'],
    ['192.0.2.7:_port', '192.0.2.7'],
    ['192.0.2.7:', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:0207', '192.0.2.7'],
    ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
    ['[::ffff:192.0.2.7]:443', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
    ['2001:0DB8:0001:0002::6', '2001:db8:1:2::'],
    ['[2001:db8:1:2::6]', '2001:db8:1:2::'],
    ['[2001:db8:1:2::6]:20001', '2001:db8:1:2::'],
    ['[2001:db8:1:2::6%eth0]:20001', '2001:db8:1:2::'],
    ['2001:db8:1:2::6%eth0', '2001:db8:1:2::'],
    ['2001:db8::', '2001:db8::'],
    ['fe80::1%eth0', 'fe80::'],
    ['1::4:5:6:7:8', '1:0:0:4::'],
  ])('at %s is %s', (address, client) => {
    expect(via(PROXY, address)).toBe(client);
    expect(via(address)).toBe(client);
  });

  it.each([
    'unknown',
    '_hidden',
    'for=192.0.2.7',
    'customer.example',
    '',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.7 ',
    '192.0.2.7:20001:1',
    '0300.0.2.7',
    '0xc0.0.2.7',
    '3221225991',
    '[192.0.2.7]x',
    '[2001:db8::1',
    '2001:db8::1]:80',
    '2001:db8:1:2:3:4:5:6:20001',
    '%eth0',
  ])('is that of the proxy if the proxy sends %p', (text) => {
    expect(via(PROXY, text)).toBe(PROXY);
    expect(via('10.0.0.2', PROXY, text)).toBe(PROXY);
  });

  it.each(['1', '1.', '[', ':', '%', ','])(
    'is that of the proxy if the proxy sends thousands of %p',
    (text) => {
      expect(via(PROXY, text.repeat(15_000))).toBe(PROXY);
    },
  );

  it('is the same for all clients whose connection has already ended', () => {
    expect(clientAddress({ ip: undefined as unknown as string })).toBe('');
  });
});

describe('a trusted proxy', () => {
  const isTrusted = trustedProxies(['10.0.0.0/8', '192.0.2.7', '::ffff:192.0.2.8', '2001:db8::/32']) as (
    hop: string,
  ) => boolean;

  it.each([
    '10.255.0.1',
    '10.0.0.1:4444',
    '::ffff:10.0.0.1',
    '192.0.2.7',
    '192.0.2.8',
    '2001:DB8:ffff::1',
    '[2001:db8::1]:80',
    '2001:db8::1%eth0',
  ])('is %s', (hop) => {
    expect(isTrusted(hop)).toBe(true);
  });

  it.each(['11.0.0.1', '192.0.2.9', '2001:db9::1', 'unknown', '', '0x0a.0.0.1', '10.1'])(
    'is not %p',
    (hop) => {
      expect(isTrusted(hop)).toBe(false);
    },
  );

  it('is nobody by default', () => {
    expect(trustedProxies([])).toBe(false);
  });
});

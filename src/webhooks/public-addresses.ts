import { BlockList, isIP, isIPv6 } from 'node:net';

/** IANA's special-purpose IPv4 addresses, multicast, and Azure's internal service address. */
const IPV4_REFUSED = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];

/** Global unicast of IPv6. Addresses that embed an IPv4 address (mapped, compatible, NAT64) are outside. */
const IPV6_GLOBAL = ['2000::/3'];

/** Exceptions within it: IETF protocols with Teredo, documentation, 6to4, AS112. */
const IPV6_REFUSED = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];

const REFUSED = listOf([...IPV4_REFUSED, ...IPV6_REFUSED]);
const GLOBAL = listOf(IPV6_GLOBAL);
const LOOPBACK = listOf(['127.0.0.0/8', '::1/128']);

/** Whether an IP address is on the public internet, not on this machine or its network. */
export function isPublicAddress(address: string): boolean {
  return !has(REFUSED, address) && (!isIPv6(address) || has(GLOBAL, address));
}

export function isLoopbackAddress(address: string): boolean {
  return has(LOOPBACK, address);
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network, bits] = range.split('/') as [string, string];
    list.addSubnet(network, Number(bits), familyOf(network));
  }
  return list;
}

function has(list: BlockList, address: string): boolean {
  return list.check(address, familyOf(address));
}

/** @throws TypeError unless it is an IP address: what cannot be checked must not pass. */
function familyOf(address: string): 'ipv4' | 'ipv6' {
  const family = isIP(address);
  if (family === 0) throw new TypeError('An IP address was expected.');
  return family === 6 ? 'ipv6' : 'ipv4';
}

import { isIPv6 } from 'node:net';

const GROUPS_OF_NETWORK = 4;
const IPV4_INSIDE_IPV6 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * What one client has as its own: an IPv4 address, or the /64 network of an IPv6 address, in which it may
 * take a new address for every request.
 */
export function clientNetwork(address: string): string {
  const ipv4 = IPV4_INSIDE_IPV6.exec(address)?.[1];
  if (ipv4 !== undefined || !isIPv6(address)) return ipv4 ?? address;
  const [head = '', tail] = (address.toLowerCase().split('%')[0] as string).split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const groups = [...before, ...zeros, ...after].slice(0, GROUPS_OF_NETWORK);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

/** The groups of one side of `::`; a dotted IPv4 address at the end stands for two. */
function groupsOf(side: string): string[] {
  return side === '' ? [] : side.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]));
}

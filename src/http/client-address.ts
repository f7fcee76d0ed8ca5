import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { BlockList, isIP } from 'node:net';

/** An IPv6 client can use a new address of its network for every request, so limits count networks. */
const IPV6_NETWORK_BITS = 64;

/** Some proxies add the client's port, and then put an IPv6 address in brackets. */
const ADDRESS_WITH_PORT = /^(?:\[(.+)\]|([\d.]+))(?::[\w.-]*)?$/;

type Hops = Pick<FastifyRequest, 'ip' | 'ips'>;

/** Identifies a client for all limits. If X-Forwarded-For holds no address, it is the proxy that sent it. */
export function clientAddress({ ip, ips = [ip] }: Hops): string {
  const nearest = ips.map(addressIn).findLast((address) => address !== undefined);
  return normalizeIP(nearest ?? '', IPV6_NETWORK_BITS);
}

/** For Fastify's `trustProxy`, which asks about each hop, from the service outwards. */
export function trustedProxies(addressesAndRanges: readonly string[]): false | ((hop: string) => boolean) {
  if (addressesAndRanges.length === 0) return false;
  const trusted = new BlockList();
  for (const entry of addressesAndRanges) {
    const [address = '', bits] = entry.split('/');
    if (bits === undefined) trusted.addAddress(address, familyOf(address));
    else trusted.addSubnet(address, Number(bits), familyOf(address));
  }
  return (hop) => {
    const address = addressIn(hop);
    return address !== undefined && trusted.check(address, familyOf(address));
  };
}

function addressIn(hop: string | undefined): string | undefined {
  const [, ipv6, ipv4] = ADDRESS_WITH_PORT.exec(hop ?? '') ?? [];
  const [address = ''] = (ipv6 ?? ipv4 ?? hop ?? '').split('%');
  return isIP(address) > 0 ? address : undefined;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

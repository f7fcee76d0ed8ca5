import type { LookupAddress } from 'node:dns';
import { afterAll } from '@jest/globals';
import { OutboundRequests } from '../../src/webhooks/outbound.requests.js';

const opened: OutboundRequests[] = [];

/** @param names the addresses that a name server returns for each name. */
export function requests(
  isProduction: boolean,
  names: () => string[] = () => ['127.0.0.1'],
): OutboundRequests {
  const resolve = (): Promise<LookupAddress[]> =>
    Promise.resolve(names().map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  const made = new OutboundRequests({ isProduction }, resolve);
  opened.push(made);
  return made;
}

/** The status, or the reason why there is none. */
export async function outcome(
  sender: OutboundRequests,
  url: string,
  body = '{"id":1}',
): Promise<number | string> {
  const message = { headers: {}, body, signal: new AbortController().signal };
  return sender.post(url, message).catch((error: Error) => error.message);
}

export function closeConnections(): void {
  afterAll(() => opened.forEach((made) => made.onModuleDestroy()));
}

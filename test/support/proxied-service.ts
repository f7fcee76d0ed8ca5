import { afterAll, beforeAll, expect } from '@jest/globals';
import { FaultProxy } from '../../storm/fault-proxy.js';
import type { Client } from './client.js';
import { throughPooler } from './pooler.js';
import { ServiceProcess } from './service-process.js';
import type { Person, World } from './world.js';

/** A second service on a world's database, with a fault proxy in between. */
export class ProxiedService {
  proxy!: FaultProxy;
  service!: ServiceProcess;

  constructor(
    private readonly world: World,
    private readonly variables: Record<string, string>,
  ) {}

  async setUp(): Promise<void> {
    this.proxy = await FaultProxy.start(throughPooler(this.world.database.url));
    this.service = await ServiceProcess.start({ DATABASE_URL: this.proxy.url, ...this.variables });
  }

  /** After all faults, the process must still run and stop cleanly. */
  async tearDown(): Promise<void> {
    const { code } = await this.service.stop();
    this.proxy.stop();
    expect(code).toBe(0);
  }

  clientOf(person: Person): Client {
    return this.world.clientOf(this.service, person);
  }
}

/** Gives a test file a proxied service; call it after `useWorld`. */
export function useProxiedService(world: World, variables: Record<string, string> = {}): ProxiedService {
  const proxied = new ProxiedService(world, variables);
  beforeAll(() => proxied.setUp());
  afterAll(() => proxied.tearDown());
  return proxied;
}

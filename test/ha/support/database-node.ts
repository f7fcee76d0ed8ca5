import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Account, POSTGRESQL_BIN, programOf } from './packages.js';
import { Program } from './programs.js';
import type { Stage } from './stage.js';

const CONFIGURATION = resolve('deploy/patroni/patroni.yml');

interface Member {
  readonly name: string;
  readonly address: string;
}

export interface NodeSetup extends Member {
  readonly stage: Stage;
  readonly members: readonly Member[];
  readonly folder: string;
  readonly account: Account;
  readonly passwords: Readonly<Record<'superuser' | 'replication' | 'rewind', string>>;
}

/** The status of a node according to Patroni. */
export interface NodeState {
  readonly role?: string;
  readonly state?: string;
  readonly sync_standby?: boolean;
  readonly replication?: readonly { readonly state: string }[];
}

/**
 * One machine of the cluster with its own loopback address:
 * etcd, Patroni and the PostgreSQL that Patroni starts.
 */
export class DatabaseNode {
  readonly name: string;
  readonly #dataDir: string;
  #programs: readonly Program[] = [];

  constructor(private readonly setup: NodeSetup) {
    this.name = setup.name;
    this.#dataDir = join(setup.folder, 'data');
  }

  /** Starts everything that is not running, with its previous data and membership. */
  start(): void {
    const { stage, folder, account } = this.setup;
    const start = (name: string, command: string, args: string[], variables: Record<string, string>) =>
      new Program(stage, { name, command, args, folder, account, variables });
    this.#programs = [
      start('etcd', programOf('etcd-server'), this.#etcdArguments(), {}),
      start('patroni', programOf('patroni'), [CONFIGURATION], this.#patroniVariables()),
    ];
  }

  /** Simulates a power failure: kills every process of the node at once. */
  async kill(): Promise<void> {
    const postmaster = this.#postmaster();
    for (const pid of [postmaster, ...childrenOf(postmaster)]) killNow(pid);
    await Promise.all(this.#programs.map((program) => program.end('SIGKILL')));
    // A process may have been started in between.
    for (const pid of childrenOf(postmaster)) killNow(pid);
  }

  /** @throws if it does not answer. */
  async status(): Promise<NodeState> {
    const url = `http://${this.setup.address}:8008/patroni`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    return (await answer.json()) as NodeState;
  }

  #postmaster(): number | undefined {
    try {
      return Number(readFileSync(join(this.#dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]) || undefined;
    } catch {
      return undefined;
    }
  }

  #etcdArguments(): string[] {
    const { name, address, members, folder } = this.setup;
    const peers = members.map((one) => `${one.name}=http://${one.address}:2380`).join(',');
    return Object.entries({
      name,
      'data-dir': join(folder, 'etcd'),
      'listen-client-urls': `http://${address}:2379`,
      'advertise-client-urls': `http://${address}:2379`,
      'listen-peer-urls': `http://${address}:2380`,
      'initial-advertise-peer-urls': `http://${address}:2380`,
      'initial-cluster': peers,
    }).map(([option, value]) => `--${option}=${value}`);
  }

  #patroniVariables(): Record<string, string> {
    const { name, address, members, folder, passwords } = this.setup;
    return {
      PATRONI_NAME: name,
      PATRONI_ETCD3_HOSTS: members.map((one) => `${one.address}:2379`).join(','),
      PATRONI_RESTAPI_LISTEN: `${address}:8008`,
      PATRONI_RESTAPI_CONNECT_ADDRESS: `${address}:8008`,
      PATRONI_POSTGRESQL_LISTEN: `${address}:5432`,
      PATRONI_POSTGRESQL_CONNECT_ADDRESS: `${address}:5432`,
      PATRONI_POSTGRESQL_DATA_DIR: this.#dataDir,
      PATRONI_POSTGRESQL_BIN_DIR: POSTGRESQL_BIN,
      PATRONI_POSTGRESQL_PGPASS: join(folder, 'pgpass'),
      PATRONI_SUPERUSER_USERNAME: 'postgres',
      PATRONI_SUPERUSER_PASSWORD: passwords.superuser,
      PATRONI_REPLICATION_USERNAME: 'replicator',
      PATRONI_REPLICATION_PASSWORD: passwords.replication,
      PATRONI_REWIND_USERNAME: 'rewind',
      PATRONI_REWIND_PASSWORD: passwords.rewind,
    };
  }
}

function killNow(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  } catch {
    // It has already ended by itself.
  }
}

function childrenOf(parent: number | undefined): number[] {
  if (parent === undefined) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => parentOf(pid) === parent)
    .map(Number);
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

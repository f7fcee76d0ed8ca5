import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { POSTGRESQL_BIN, programOf } from './packages.mjs';
import { Program } from './programs.mjs';

const CONFIGURATION = resolve('deploy/patroni/patroni.yml');

/** One machine of the cluster, with a loopback address of its own: etcd, Patroni and the PostgreSQL that it starts. */
export class DatabaseNode {
  #programs = [];

  /** @param {{ stage: object, name: string, address: string, members: object[], folder: string, account: object, passwords: object }} setup */
  constructor(setup) {
    Object.assign(this, setup);
    this.dataDir = join(this.folder, 'data');
  }

  /** Starts what is not running; data and membership are kept from the time before. */
  start() {
    const { folder, account } = this;
    const start = (name, command, args, variables) =>
      new Program(this.stage, { name, command, args, folder, account, variables });
    this.#programs = [
      start('etcd', programOf('etcd-server'), this.#etcdArguments(), {}),
      start('patroni', programOf('patroni'), [CONFIGURATION], this.#patroniVariables()),
    ];
  }

  /** As when the power fails: every process of the node at once, without a word. */
  async kill() {
    const postmaster = this.#postmaster();
    for (const pid of [postmaster, ...childrenOf(postmaster)]) killNow(pid);
    await Promise.all(this.#programs.map((program) => program.end('SIGKILL')));
    // One that had been started in between.
    for (const pid of childrenOf(postmaster)) killNow(pid);
  }

  /** What Patroni says of the node, or nothing where it does not answer. */
  async status() {
    const answer = await fetch(`http://${this.address}:8008/patroni`, { signal: AbortSignal.timeout(2_000) });
    return answer.json();
  }

  #postmaster() {
    try {
      return Number(readFileSync(join(this.dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]) || undefined;
    } catch {
      return undefined;
    }
  }

  #etcdArguments() {
    const { name, address, members, folder } = this;
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

  #patroniVariables() {
    const { name, address, members, folder, dataDir, passwords } = this;
    return {
      PATRONI_NAME: name,
      PATRONI_ETCD3_HOSTS: members.map((one) => `${one.address}:2379`).join(','),
      PATRONI_RESTAPI_LISTEN: `${address}:8008`,
      PATRONI_RESTAPI_CONNECT_ADDRESS: `${address}:8008`,
      PATRONI_POSTGRESQL_LISTEN: `${address}:5432`,
      PATRONI_POSTGRESQL_CONNECT_ADDRESS: `${address}:5432`,
      PATRONI_POSTGRESQL_DATA_DIR: dataDir,
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

function killNow(pid) {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  } catch {
    // It has gone by itself.
  }
}

/** @returns {number[]} */
function childrenOf(parent) {
  if (parent === undefined) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => parentOf(pid) === parent)
    .map(Number);
}

function parentOf(pid) {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

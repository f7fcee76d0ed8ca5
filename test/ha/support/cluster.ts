import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { DatabaseNode, type NodeState } from './database-node.js';
import { type Stage, waitFor } from './stage.js';

const START_MS_MAX = 120_000;
const DATABASE = 'orders_storm';

const newPassword = () => randomBytes(12).toString('hex');

/**
 * Three nodes of PostgreSQL under Patroni and etcd. One is
 * the primary, another one its synchronous standby.
 */
export class Cluster {
  readonly nodes: readonly DatabaseNode[];
  readonly #passwords = {
    superuser: newPassword(),
    replication: newPassword(),
    rewind: newPassword(),
    owner: newPassword(),
  };

  readonly #stage: Stage;

  constructor(stage: Stage, [one, two, three]: readonly [string, string, string]) {
    this.#stage = stage;
    const members = Object.entries({ one, two, three }).map(([name, address]) => ({ name, address }));
    this.nodes = members.map(
      (member) =>
        new DatabaseNode({
          stage,
          ...member,
          members,
          folder: stage.folderFor(`node-${member.name}`, stage.account),
          account: stage.account,
          passwords: this.#passwords,
        }),
    );
    stage.finallyDo(() => Promise.all(this.nodes.map((node) => node.kill())));
  }

  async start(): Promise<void> {
    for (const node of this.nodes) node.start();
    await this.becomesWhole();
  }

  /** Waits until every node is up: one primary, one synchronous standby, one further replica. */
  async becomesWhole(): Promise<void> {
    const { signal } = this.#stage;
    await waitFor('all three nodes take part', () => this.#isWhole(), { timeoutMs: START_MS_MAX, signal });
  }

  /** The node that is the primary now. */
  async primary(): Promise<DatabaseNode | undefined> {
    const states = await this.#states();
    return this.nodes.find((_, index) => isPrimary(states[index]));
  }

  /** @param host where the primary can be reached. @returns the URL of a new, empty database. */
  async createDatabase(host: string): Promise<string> {
    const { signal } = this.#stage;
    const client = await waitFor('HAProxy has found the primary', () => this.#connectToPrimary(host), {
      timeoutMs: START_MS_MAX,
      signal,
    });
    await client.query(`CREATE ROLE orders LOGIN PASSWORD '${this.#passwords.owner}'`);
    await client.query(`CREATE DATABASE ${DATABASE} OWNER orders`);
    await client.end();
    return `postgresql://orders:${this.#passwords.owner}@${host}:5000/${DATABASE}`;
  }

  /** Until its first checks are over, HAProxy treats every node as the primary. */
  async #connectToPrimary(host: string): Promise<pg.Client | undefined> {
    const client = new pg.Client({ host, port: 5000, user: 'postgres', password: this.#passwords.superuser });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ follows: boolean }>('SELECT pg_is_in_recovery() AS follows');
    if (rows[0]?.follows === false) return client;
    await client.end();
    return undefined;
  }

  /** The status of each node according to Patroni. */
  #states(): Promise<(NodeState | undefined)[]> {
    return Promise.all(this.nodes.map((node) => node.status().catch(() => undefined)));
  }

  /** A synchronous standby counts only once etcd knows it; before that no node may replace the primary. */
  async #isWhole(): Promise<boolean> {
    const states = await this.#states();
    const primary = states.find(isPrimary);
    const streaming = (primary?.replication ?? []).filter(({ state }) => state === 'streaming');
    const isEachRunning = states.every((state) => state?.state === 'running');
    return isEachRunning && streaming.length === 2 && states.some((state) => state?.sync_standby);
  }
}

function isPrimary(state: NodeState | undefined): boolean {
  return state?.role === 'master' || state?.role === 'primary';
}

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { type CommitFault, ProxiedConnection, type ProxyFaults } from './proxied-connection.js';
import type { ConnectionRecord } from './sent-statements.js';

const HOST = '127.0.0.1';

/**
 * A proxy between service and PostgreSQL that causes network faults on demand. It reads messages, so it
 * declines encryption.
 */
export class FaultProxy implements ProxyFaults {
  answerDelayMs = 0;
  private readonly connections = new Set<ProxiedConnection>();
  private readonly commitFaults: CommitFault[] = [];
  private records: ConnectionRecord[] | undefined;
  private isFrozen = false;

  private constructor(
    private readonly listener: Server,
    private readonly target: URL,
    private readonly port: number,
  ) {}

  /** @param databaseUrl the server behind the proxy; it need not be running yet. */
  static async start(databaseUrl: string): Promise<FaultProxy> {
    const listener = createServer();
    listener.listen(0, HOST);
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const proxy = new FaultProxy(listener, new URL(databaseUrl), port);
    listener.on('connection', (client) => proxy.join(client));
    return proxy;
  }

  /** The database's URL through the proxy. Contains the password: never log it. */
  get url(): string {
    return Object.assign(new URL(this.target), { host: `${HOST}:${this.port}` }).href;
  }

  /** Applies these faults to the next COMMITs, one each. */
  faultNextCommits(...faults: CommitFault[]): void {
    this.commitFaults.push(...faults);
  }

  /** Faults that no COMMIT has triggered yet. */
  get commitFaultsLeft(): number {
    return this.commitFaults.length;
  }

  /** Discards the faults that no COMMIT has triggered yet. */
  spareCommits(): void {
    this.commitFaults.length = 0;
  }

  takeCommitFault(): CommitFault | undefined {
    return this.commitFaults.shift();
  }

  /** Stops every byte in both directions; new connections are accepted and get no answer. */
  freeze(): void {
    this.isFrozen = true;
    for (const connection of this.connections) connection.freeze();
  }

  /** Open connections fall silent for ever and new ones work, as when a firewall drops its state. */
  silenceOpenConnections(): void {
    for (const connection of this.connections) connection.freeze();
  }

  /** Delivers what was sent meanwhile, and everything after it. */
  thaw(): void {
    this.isFrozen = false;
    for (const connection of this.connections) connection.thaw();
  }

  /** Delays every answer of the server by this many milliseconds; 0 ends it. */
  delayAnswers(milliseconds: number): void {
    this.answerDelayMs = milliseconds;
  }

  cutConnections(): void {
    for (const connection of this.connections) connection.cut();
  }

  /** Refuses new connections and cuts existing ones. */
  refuseConnections(): void {
    this.listener.close();
    this.cutConnections();
  }

  async acceptConnections(): Promise<void> {
    if (this.listener.listening) return;
    this.listener.listen(this.port, HOST);
    await once(this.listener, 'listening');
  }

  /** Records what each connection sends from now on, in a list that grows. Each call starts a new list. */
  recordStatements(): readonly ConnectionRecord[] {
    this.records = [];
    for (const connection of this.connections) connection.record = this.newRecord();
    return this.records;
  }

  stop(): void {
    this.refuseConnections();
  }

  private join(client: ReturnType<typeof connect>): void {
    const server = connect(Number(this.target.port || 5432), this.target.hostname);
    const connection = new ProxiedConnection(client, server, this);
    connection.record = this.newRecord();
    if (this.isFrozen) connection.freeze();
    this.connections.add(connection);
    void connection.ended().then(() => this.connections.delete(connection));
  }

  private newRecord(): ConnectionRecord | undefined {
    if (!this.records) return undefined;
    const record = { statements: [], roundTrips: 0 };
    this.records.push(record);
    return record;
  }
}

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What happens to a COMMIT on its way: it never arrives, or it arrives and its answer does not come back. */
export type Cut = 'before' | 'after';

/** A proxy between service and PostgreSQL that cuts the connection of chosen COMMITs. */
export class CommitCutter {
  private readonly cuts: Cut[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(databaseUrl: string): Promise<CommitCutter> {
    const target = new URL(databaseUrl);
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = Object.assign(new URL(target), { host: `127.0.0.1:${port}` }).href;
    const cutter = new CommitCutter(server, url);
    server.on('connection', (client) => {
      cutter.join(client, connect(Number(target.port), target.hostname));
    });
    return cutter;
  }

  /** Cuts the next COMMITs, one for each. */
  cutNext(...cuts: Cut[]): void {
    this.cuts.push(...cuts);
  }

  get cutsLeft(): number {
    return this.cuts.length;
  }

  stop(): void {
    this.server.close();
  }

  private join(client: Socket, server: Socket): void {
    let isAnswerDropped = false;
    const end = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    client.on('data', (bytes) => {
      const cut = bytes.includes('COMMIT\0') ? this.cuts.shift() : undefined;
      if (cut === 'before') return end();
      isAnswerDropped = cut === 'after';
      server.write(bytes);
      return undefined;
    });
    server.on('data', (bytes) => {
      if (isAnswerDropped) end();
      else client.write(bytes);
    });
  }
}

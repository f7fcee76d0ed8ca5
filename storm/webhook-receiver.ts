import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { NEVER, now, pause } from './clock.js';
import type { LoggedEvent } from './event-log.js';
import { MessageLog } from './message-log.js';
import type { Random } from './random.js';

/** Below the ephemeral ports, so that nobody gets the port while the receiver is away. */
const PORTS = [20_000, 32_000] as const;
const PATH = '/hooks';
const CALM_MS = [100, 600] as const;
const AWAY_MS = [100, 400] as const;
/** Far more than the service reads. */
const FLOOD = Buffer.alloc(1024 * 1024);

/** Ways to refuse a message, and odd forms of a good answer. */
const MISDEEDS = ['die', 'fail', 'redirect', 'hang', 'drop', 'break off', 'babble', 'flood'] as const;
type Misdeed = (typeof MISDEEDS)[number];

/** An unreliable server that gets events. */
export class WebhookReceiver {
  readonly messages = new MessageLog();
  secret = '';
  private server: Server | undefined;
  private away = Promise.resolve();
  private port = 0;
  private isReliable = false;
  private round: Misdeed[] = [];
  /** Undefined until a message is accepted after the last misbehaviour. */
  private misbehavesAt: number | undefined;
  private hanging: ServerResponse | undefined;

  constructor(private readonly random: Random) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}${PATH}`;
  }

  /** Whether the service waits for an answer that never comes. */
  get isHanging(): boolean {
    return this.hanging !== undefined;
  }

  /** Whether nothing has been accepted since it last misbehaved. */
  get hasFailed(): boolean {
    return this.misbehavesAt === undefined;
  }

  async start(): Promise<void> {
    while (!this.server) {
      this.port = this.random.between(...PORTS);
      await this.listen().catch(() => undefined);
    }
  }

  /** Accepts everything from now on. */
  becomeReliable(): void {
    this.isReliable = true;
    this.hanging?.destroy();
  }

  async stop(): Promise<void> {
    await this.away;
    await this.close();
  }

  private async close(): Promise<void> {
    const { server } = this;
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  private async listen(): Promise<void> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => this.receive(request, response, Buffer.concat(chunks).toString()));
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.server = server;
  }

  private receive({ url, headers }: IncomingMessage, response: ServerResponse, text: string): void {
    const id = this.verify(url, headers as Record<string, string>, text);
    if (id === undefined) return void response.writeHead(400).end();
    this.messages.note(id, text);
    if (!this.isReliable && this.misbehavesAt !== undefined && now() >= this.misbehavesAt) {
      return this.misbehave(response, id);
    }
    this.misbehavesAt ??= now() + this.random.between(...CALM_MS);
    this.messages.accept(id);
    response.writeHead(this.random.pick([200, 202, 204])).end();
  }

  /** @returns the id of the event. */
  private verify(url: string | undefined, headers: Record<string, string>, text: string): number | undefined {
    try {
      const { id } = new Webhook(this.secret).verify(text, headers) as LoggedEvent;
      if (url === PATH && headers['webhook-id'] === `evt_${id}`) return id;
      this.messages.noteMadeUp(`event ${id} came to ${url} as ${headers['webhook-id']}`);
    } catch {
      this.messages.noteMadeUp(`${headers['webhook-id']} is not signed as it must be`);
    }
    return undefined;
  }

  private misbehave(response: ServerResponse, id: number): void {
    if (this.round.length === 0) this.round = this.random.shuffle(MISDEEDS);
    const misdeed = this.round.pop() as Misdeed;
    const { misdeeds } = this.messages;
    misdeeds.set(misdeed, (misdeeds.get(misdeed) ?? 0) + 1);
    this.misbehavesAt = undefined;
    if (misdeed === 'flood') this.messages.accept(id);
    this.deeds[misdeed](response);
  }

  private readonly deeds: Readonly<Record<Misdeed, (response: ServerResponse) => void>> = {
    die: () => void (this.away = this.beAway()),
    fail: (response) => response.writeHead(500).end('Something went wrong.'),
    // To itself under another path, so that following it would show.
    redirect: (response) => response.writeHead(307, { location: `${this.url}/elsewhere` }).end(),
    hang: (response) => {
      this.hanging = response;
      response.once('close', () => (this.hanging = undefined));
    },
    drop: (response) => response.destroy(),
    'break off': (response) => {
      response.writeHead(200, { 'content-length': 100 }).write('Thank', () => response.destroy());
    },
    babble: ({ socket }) => socket?.end('Good morning!\r\n\r\n'),
    flood: (response) => response.writeHead(200).end(FLOOD),
  };

  private async beAway(): Promise<void> {
    await this.close();
    await pause(this.random.between(...AWAY_MS), NEVER);
    await this.listen();
  }
}

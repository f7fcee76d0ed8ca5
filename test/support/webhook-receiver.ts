import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { EventBody } from './api-types.js';
import type { Certificate } from './certificates.js';
import { until } from './database.js';

/** A request as a receiver got it. */
export interface Message {
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly text: string;
  readonly event: EventBody;
}

type Answering = (response: ServerResponse, message: Message, request: IncomingMessage) => void;

const accept: Answering = (response) => response.writeHead(204).end();

/** An HTTP server that receives webhooks and records them. */
export class WebhookReceiver {
  readonly messages: Message[] = [];
  /** How it answers; a test may change it at any time. */
  answer: Answering = accept;
  private readonly server;

  constructor(certificate?: Certificate) {
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => this.receive(request, response, Buffer.concat(chunks).toString()));
    };
    this.server = certificate
      ? createSecureServer({ cert: certificate.certificate, key: certificate.key }, listener)
      : createServer(listener);
  }

  static async start(certificate?: Certificate): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(certificate);
    await receiver.listen();
    return receiver;
  }

  /** Begins anew: accepts messages, and has none. */
  async listen(): Promise<void> {
    this.messages.length = 0;
    this.accepting();
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hooks`;
  }

  /** The ids of all received events, including repeated ones. */
  get ids(): number[] {
    return this.messages.map(({ event }) => event.id);
  }

  accepting(): void {
    this.answer = accept;
  }

  answering(status: number): void {
    this.answer = (response) => response.writeHead(status).end('secret of the receiver');
  }

  async has(count: number): Promise<void> {
    await until(`${count} messages have come`, () => Promise.resolve(this.messages.length >= count));
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private receive(request: IncomingMessage, response: ServerResponse, text: string): void {
    const headers = request.headers as Record<string, string>;
    const message = { id: headers['webhook-id'] ?? '', headers, text, event: JSON.parse(text) as EventBody };
    this.messages.push(message);
    this.answer(response, message, request);
  }
}

import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { Client } from './support/client.js';
import { eventsAfter, lastEvent } from './support/events.js';
import { itNeeding } from './support/needing.js';
import { Receiver } from './support/receiver-program.js';
import { type Message, WebhookReceiver } from './support/webhook-receiver.js';
import { addWebhook, endPause, type NewWebhook, webhookIs } from './support/webhooks.js';
import { type Person, useWorld } from './support/world.js';

const given = useWorld({ WEBHOOKS: 'on' });
const run = promisify(execFile);
const PAGE = readFileSync('docs/clients.md', 'utf8');
const MODULES = resolve('node_modules');
const TIMEOUT_MS = 60_000;

let folder: string;
let admin: Client;
let buyer: Person;

beforeAll(async () => {
  admin = (await given.admin()).client;
  buyer = await given.customer();
  folder = mkdtempSync(join(tmpdir(), 'receivers-'));
  symlinkSync(MODULES, join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The page's receiver in this language. */
function program(language: string): string {
  const code = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(PAGE)?.[1];
  expect(code).toBeDefined();
  return code ?? '';
}

/** A proxy between the service and the receiver that delivers everything twice. */
async function passTwice(receiver: Receiver, message: Message, response: ServerResponse): Promise<void> {
  const { text, headers } = message;
  const signed = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('webhook-')));
  const statuses = [await receiver.gets(text, signed), await receiver.gets(text, signed)];
  response.writeHead(statuses[0] === statuses[1] ? (statuses[0] as number) : 500).end();
}

const signedBy = (secret: string, text: string, at: Date, id = 'evt_999999999') => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
  'webhook-signature': new Webhook(secret).sign(id, at, text),
});

/** Sends what an attacker might send. @returns the statuses of the answers. */
async function attack(receiver: Receiver, { text }: Message, { secret }: NewWebhook): Promise<number[]> {
  const now = new Date();
  const minutesAway = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
  const other = text.replace('"total_amount":', '"total_amount":9');
  expect(other).not.toBe(text);
  const genuine = signedBy(secret, text, now);
  const strangers = `whsec_${Buffer.alloc(32).toString('base64')}`;
  const forged: [string, Record<string, string>][] = [
    [other, genuine],
    [text, { ...genuine, 'webhook-id': 'evt_999999998' }],
    [text, signedBy(strangers, text, now)],
    [text, { ...genuine, 'webhook-signature': 'v1,' }],
    [text, { ...genuine, 'webhook-timestamp': 'now' }],
    [text, signedBy(secret, text, minutesAway(-6))],
    [text, signedBy(secret, text, minutesAway(6))],
    [text, {}],
  ];
  return Promise.all(forged.map(([body, headers]) => receiver.gets(body, headers)));
}

/** Places this many orders. @returns the event of the last one. */
async function place(count: number): Promise<number> {
  const lamp = await given.product({ stock: count });
  for (let n = 0; n < count; n += 1) await given.order(buyer, { [lamp.id]: 1 });
  return lastEvent(admin);
}

/**
 * Events come twice, while the receiver is dead, while it cannot deal with them, and again after a replay.
 */
async function dealsWithEachOnce(start: (secret: string, isBroken?: boolean) => Receiver): Promise<void> {
  const network = await WebhookReceiver.start();
  const webhook = await addWebhook(given, network);
  const all: Receiver[] = [];
  const now = () => all.at(-1) as Receiver;
  const begin = async (isBroken = false) => {
    await all.at(-1)?.kill();
    all.push(start(webhook.secret, isBroken));
    await now().says(/listening/);
  };
  network.answer = (response, message) => {
    passTwice(now(), message, response).catch(() => response.writeHead(503).end());
  };
  try {
    await begin();
    await now().hasDone(await place(3));
    const statuses = await attack(now(), network.messages.at(-1) as Message, webhook);
    expect(statuses).toEqual(statuses.map(() => 401));

    await now().kill();
    const missed = await place(1);
    await webhookIs(given, webhook, 'failing', ({ last_error: error }) => error === 'It answered 503.');
    await begin();
    await endPause(given, webhook);
    await now().hasDone(missed);

    await begin(true);
    const accepted = await place(1);
    await webhookIs(given, webhook, 'up to date', ({ position }) => position === accepted);
    await now().says(/not today/);
    await begin();
    await now().hasDone(accepted);

    const passed = network.messages.length;
    await admin.post(`/webhooks/${webhook.id}/replay`, { after: webhook.position });
    await now().hasDone(await place(1));
    const events = await eventsAfter(admin, webhook.position);
    expect(network.messages.length - passed).toBeGreaterThanOrEqual(events.length);
    expect(all.flatMap(({ dealtWith }) => dealtWith)).toEqual(
      events.map(({ id, type, data }) => `${id} ${type} ${data.id}`),
    );
  } finally {
    await now().kill();
    await admin.delete(`/webhooks/${webhook.id}`);
    await network.stop();
  }
}

// Guarantees that the receivers on the page accept no forged message and lose nothing.
describe('the webhook receiver in', () => {
  itNeeding('Python', spawnSync('python3', ['--version']).status === 0)(
    'Python deals with every event once and in order, whatever comes twice, is forged, or is restarted',
    async () => {
      const code = program('py');
      writeFileSync(join(folder, 'receiver.py'), code);
      const broken = code.replace('    """Yours."""', '    raise Exception("not today")');
      writeFileSync(join(folder, 'broken.py'), broken);

      await dealsWithEachOnce(
        (secret, isBroken) =>
          new Receiver('python3', join(folder, isBroken ? 'broken.py' : 'receiver.py'), secret),
      );
      expect(broken).not.toBe(code);
    },
    TIMEOUT_MS,
  );

  it(
    'TypeScript compiles, and deals with every event once and in order, whatever comes twice, is ' +
      'forged, or is restarted',
    async () => {
      const generator = join(MODULES, 'openapi-typescript/bin/cli.js');
      const out = ['--default-non-nullable=false', '-o', 'mini-order-system.d.ts'];
      await run(process.execPath, [generator, `${given.service.url}/openapi.json`, ...out], { cwd: folder });
      writeFileSync(join(folder, 'receiver.ts'), program('typescript'));
      expect(await compile()).toBe('');
      const code = readFileSync(join(folder, 'receiver.js'), 'utf8');
      const broken = code.replace('console.log(event.id', "throw new Error('not today', event.id");
      writeFileSync(join(folder, 'broken.js'), broken);

      await dealsWithEachOnce(
        (secret, isBroken) =>
          new Receiver(process.execPath, join(folder, isBroken ? 'broken.js' : 'receiver.js'), secret),
      );
      expect(broken).not.toBe(code);
    },
    TIMEOUT_MS,
  );
});

async function compile(): Promise<string> {
  const options = [
    '--strict',
    '--exactOptionalPropertyTypes',
    '--noUncheckedIndexedAccess',
    '--skipLibCheck',
  ];
  const target = ['--module', 'nodenext', '--target', 'es2022', '--types', 'node', 'receiver.ts'];
  const args = [join(MODULES, 'typescript/bin/tsc'), ...options, ...target];
  const { stdout } = await run(process.execPath, args, { cwd: folder }).catch(
    (complaint: { stdout: string }) => complaint,
  );
  return stdout;
}

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { parseEnv } from '../src/config/load-env.js';
import { until } from './support/database.js';
import { ServiceProcess } from './support/service-process.js';
import { useWorld } from './support/world.js';

const given = useWorld();
const run = promisify(execFile);

type Line = Record<string, unknown>;

const REFUSE_ORDERS_IN_COMPANY = `
  CREATE FUNCTION refuse_orders_in_company() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (SELECT count(*) FROM placed) > 1 THEN RAISE EXCEPTION 'too many at once'; END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER refuse_orders_in_company AFTER INSERT ON orders REFERENCING NEW TABLE AS placed
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_orders_in_company()`;

/** The log lines of the service about one request. */
function linesAbout(requestId: string): Line[] {
  const lines = given.service.output
    .split('\n')
    .filter((line) => line.includes(`"request_id":"${requestId}"`));
  return lines.map((line) => JSON.parse(line) as Line);
}

/** Runs a script with the built service and returns its output, even if it was killed. */
async function printed(script: string): Promise<string> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]).catch(
    (error: { signal?: string; stdout: string }) => {
      if (error.signal !== 'SIGKILL') throw error;
      return error;
    },
  );
  return stdout;
}

const logging = (format: string, record: string, then = '') =>
  printed(`
    const { createLogger } = await import('./dist/telemetry/logger.js');
    const logger = await createLogger({ LOG_LEVEL: 'info', LOG_FORMAT: '${format}' });
    logger.info(${record}, 'something');
    ${then}`);

// Guarantees that the log tells who asked for what, how it ended
// and the cause of every server error, but never a secret.
describe('the log', () => {
  it('has exactly one line for every request, with id, user, route, status and duration', async () => {
    const customer = await given.customer();
    const ask = (path: string, id: string) => customer.client.get(path, { headers: { 'x-request-id': id } });
    await ask('/products/1?secret=1', 'log-1');
    await ask('/me', 'log-2');
    await ask('/nowhere', 'log-3');
    await given.anyone.post('/orders', {}, { headers: { 'x-request-id': 'log-4' } });
    await until('the last one is there', () => Promise.resolve(linesAbout('log-4').length > 0));

    const lines = ['log-1', 'log-2', 'log-3', 'log-4'].map(linesAbout);

    const duration = { duration_ms: expect.any(Number) as unknown };
    expect(lines).toMatchObject([
      [{ method: 'GET', route: '/products/:id', status: 404, msg: 'request', ...duration }],
      [{ method: 'GET', route: '/me', status: 200, user_id: customer.id, ...duration }],
      [{ method: 'GET', route: '(none)', status: 404, ...duration }],
      [{ method: 'POST', route: '/orders', status: 401, ...duration }],
    ]);
    expect(lines.map((about) => about.length)).toEqual([1, 1, 1, 1]);
    expect(lines[3]?.[0]).not.toHaveProperty('user_id');
  });

  it('has the cause of every 500 in a separate line, and hides it from the client', async () => {
    const lamp = await given.product();
    const buyer = await given.customer();
    await given.database.rows(
      'ALTER TABLE orders ADD CONSTRAINT ck_broken CHECK (total_minor < 0) NOT VALID',
    );
    const answer = await buyer.places({ [lamp.id]: 1 }, { 'x-request-id': 'log-500' });
    await given.database.rows('ALTER TABLE orders DROP CONSTRAINT ck_broken');
    await until('both lines are there', () => Promise.resolve(linesAbout('log-500').length > 1));

    const [fault, request] = linesAbout('log-500');

    expect([answer.status, answer.body.request_id]).toEqual([500, 'log-500']);
    expect(answer.text).not.toMatch(/ck_broken|constraint/);
    expect(fault).toMatchObject({
      level: 50,
      code: 'internal-error',
      err: { type: 'QueryFailedError', code: '23514', constraint: 'ck_broken', table: 'orders' },
    });
    expect(fault?.err).toHaveProperty('stack', expect.stringContaining('at '));
    expect(request).toMatchObject({ level: 30, status: 500 });
    expect(linesAbout('log-500')).toHaveLength(2);
    expect(await given.database.stockOf(lamp)).toBe(10);
  });

  it('has the error of a failed group, although its orders were then placed separately', async () => {
    const lamp = await given.product();
    const buyer = await given.customer();
    const place = (id: string) => buyer.places({ [lamp.id]: 1 }, { 'x-request-id': id });
    await given.database.rows(REFUSE_ORDERS_IN_COMPANY);
    const outside = await given.database.hold(lamp.id);
    const first = place('log-group-1');
    await until('the first waits', async () => (await given.database.waitingForLocks()) === 1);
    const others = ['log-group-2', 'log-group-3'].map(place);
    // Two round trips later, the service has received them.
    for (let trip = 0; trip < 2; trip += 1) await buyer.client.get('/me');
    await outside.release();
    const answers = await Promise.all([first, ...others]);
    await given.database.rows('DROP FUNCTION refuse_orders_in_company CASCADE');

    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    const line = given.service.output.split('\n').find((text) => text.includes('too many at once'));
    const { request_ids: requestIds, ...rest } = JSON.parse(line ?? '{}') as { request_ids?: string[] };
    expect(requestIds).toEqual(expect.arrayContaining(['log-group-2', 'log-group-3']));
    expect(rest).toMatchObject({ level: 40, group_size: requestIds?.length, err: { code: 'P0001' } });
    expect(line).not.toMatch(/Lamp|INSERT/);
  });

  it('includes the causes of an error, and stops if they form a cycle', async () => {
    const chain = await logging(
      'json',
      "{ err: new Error('outer', { cause: new TypeError('inner', { cause: 'a word' }) }) }",
    );
    const circle = await logging(
      'json',
      "{ err: (() => { const e = new Error('round'); e.cause = e; return e; })() }",
    );

    expect(JSON.parse(chain)).toMatchObject({
      err: { message: 'outer', cause: { type: 'TypeError', message: 'inner', cause: 'a word' } },
    });
    expect(circle.match(/"message":"round"/g)?.length).toBeLessThan(10);
  });

  it('loses no line in a clean stop', async () => {
    const service = await ServiceProcess.start({ DATABASE_URL: given.database.url, LOG_FORMAT: 'json' });
    const ids = Array.from({ length: 50 }, (_, number) => `last-${number}`);
    await Promise.all(ids.map((id) => fetch(`${service.url}/products`, { headers: { 'x-request-id': id } })));
    await service.stop();

    const lines = service.output.trim().split('\n');
    const logged = lines.map((line) => (JSON.parse(line) as Line).request_id);
    expect(logged).toEqual(expect.arrayContaining(ids));
    expect(lines.at(-1)).toContain('"msg":"stopped"');
  });

  it('loses at most the ordinary lines of the last 100 ms in a crash, and no error', async () => {
    const kill = "process.kill(process.pid, 'SIGKILL')";
    const afterWaiting = await logging('json', '{ early: true }', `setTimeout(() => ${kill}, 150);`);
    const afterError = await logging(
      'json',
      '{ early: true }',
      `logger.error('late'); logger.info('later'); ${kill};`,
    );

    expect(afterWaiting).toContain('"early":true');
    expect(afterError).toMatch(/"early":true.*\n.*"msg":"late"\}\n$/);
  });

  it('redacts secrets if an object with secrets is logged', async () => {
    const record = {
      password: 'hush-1',
      body: { current_password: 'hush-2', new_password: 'hush-3', refresh_token: 'hush-4', name: 'Lamp' },
      headers: { authorization: 'Bearer hush-5', cookie: 'hush-6' },
    };

    for (const format of ['json', 'pretty']) {
      const line = await logging(format, JSON.stringify(record));
      expect(line).not.toContain('hush');
      expect(line).toContain('Lamp');
      expect(line.match(/\[redacted\]/g)).toHaveLength(6);
    }
  });

  it('is JSON for machines, and one readable line per entry at a terminal', async () => {
    const terminal = Object.getOwnPropertyDescriptor(process.stdout, 'isTTY');
    const formats = [true, false].map((isTTY) => {
      Object.defineProperty(process.stdout, 'isTTY', { value: isTTY, configurable: true });
      const production = {
        NODE_ENV: 'production',
        DATABASE_URL: given.database.url,
        JWT_SECRET: randomBytes(32).toString('hex'),
      };
      return [
        parseEnv({}).LOG_FORMAT,
        parseEnv({ LOG_FORMAT: 'pretty' }).LOG_FORMAT,
        parseEnv(production).LOG_FORMAT,
      ];
    });
    if (terminal) Object.defineProperty(process.stdout, 'isTTY', terminal);
    else Reflect.deleteProperty(process.stdout, 'isTTY');
    const line = await logging('pretty', '{ status: 200 }');

    expect(formats).toEqual([
      ['pretty', 'pretty', 'json'],
      ['json', 'pretty', 'json'],
    ]);
    expect(line).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\].* INFO.*something.*"?status"?:200.*\n$/);
  });

  it('is JSON by default', async () => {
    const service = await ServiceProcess.start({ DATABASE_URL: given.database.url, LOG_FORMAT: '' });
    await service.stop();
    const lines = service.output.trim().split('\n');
    expect(lines.map((line) => typeof JSON.parse(line))).toEqual(lines.map(() => 'object'));
  });

  it('loads no module for colours, metrics or traces that is not used', async () => {
    const loaded = await printed(`
      import module from 'node:module';
      const { loadEnv } = await import('./dist/config/load-env.js');
      const { createLogger } = await import('./dist/telemetry/logger.js');
      const { Telemetry } = await import('./dist/telemetry/telemetry.js');
      await import('./dist/runtime/service.js');
      const env = loadEnv();
      const logger = await createLogger(env);
      const packages = () => ['pino-pretty', 'prom-client', '@opentelemetry', 'pino'].filter((name) =>
        Object.keys(module._cache).some((path) => path.includes('/node_modules/' + name + '/')));
      await Telemetry.start(env, logger);
      const without = packages();
      const asked = { ...env, METRICS_PORT: 0, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
      await Telemetry.start(asked, logger);
      await createLogger({ ...env, LOG_FORMAT: 'pretty' });
      console.log(JSON.stringify([without, packages()]));
      process.exit();`);

    expect(JSON.parse(loaded)).toEqual([['pino'], ['pino-pretty', 'prom-client', '@opentelemetry', 'pino']]);
  });
});

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Client } from './support/client.js';
import { until } from './support/database.js';
import { MetricsPage } from './support/metrics-page.js';
import { itNeeding } from './support/needing.js';
import { useWorld } from './support/world.js';

const given = useWorld({ METRICS_PORT: '0' });
const run = promisify(execFile);
const RULES = 'deploy/prometheus/alerts.yml';
const DASHBOARD = 'deploy/grafana/dashboard.json';

const hasPrometheus = await Promise.all(
  ['promtool', 'prometheus'].map((name) => run(name, ['--version'])),
).then(
  () => true,
  () => false,
);
const withPrometheus = itNeeding('promtool and prometheus', hasPrometheus);

/** The metrics of an idle service after an audit, whose metric appears only then. */
async function metricsPage(): Promise<MetricsPage> {
  await (await given.admin()).client.get('/audit/stock');
  return new MetricsPage((await Client.ofOperations(() => given.service.operationsUrl).get('/metrics')).text);
}

/** The metrics that a PromQL expression uses. */
function metricsIn(expression: string): string[] {
  const bare = expression.replace(/\{[^}]*\}|"[^"]*"|\b(by|on|without) \([^)]*\)/g, '');
  const names = [...bare.matchAll(/\b([a-z]+_[a-z0-9_]+|up)\b(?! ?\()/g)].map(([, name]) => name as string);
  return names.filter((name) => name !== 'up').map((name) => name.replace(/_(bucket|sum|count)$/, ''));
}

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number };
    readonly targets: readonly { readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly query: string | { readonly query: string } }[] };
}

/** The rules as text: each alert with its expression and the link that explains it. */
async function alerts() {
  const rules = (await readFile(RULES, 'utf8')).split(/^ {6}- alert: /m).slice(1);
  return rules.map((rule) => ({
    name: /^\w+/.exec(rule)?.[0] ?? '',
    expression: /expr:([^]*?)\n {8}(?:for|labels):/.exec(rule)?.[1] ?? '',
    runbook: /runbook: '?([^'\s]+)/.exec(rule)?.[1] ?? '',
  }));
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// Guarantees that dashboard and alerts use existing metrics, and that Prometheus accepts all of them.
describe('the monitoring', () => {
  it('has a dashboard that uses only metrics that exist', async () => {
    const { panels, templating } = JSON.parse(await readFile(DASHBOARD, 'utf8')) as Dashboard;
    const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    const { names } = await metricsPage();

    expect(expressions.length).toBeGreaterThan(20);
    for (const expression of expressions) {
      const metrics = metricsIn(expression);
      expect(metrics.length).toBeGreaterThan(0);
      expect(metrics.filter((name) => !names.has(name))).toEqual([]);
    }
    expect(JSON.stringify(templating)).toContain('label_values(orders_placed_total, instance)');
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ gridPos: { x, y } }) => `${x} ${y}`)).size).toBe(panels.length);
  });

  it('has alerts that use only existing metrics, and docs/alerts.md explains exactly these', async () => {
    const [all, { names }, guide] = [
      await alerts(),
      await metricsPage(),
      await readFile('docs/alerts.md', 'utf8'),
    ];
    const explained = [...guide.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);

    expect(all.map(({ name }) => name)).toEqual(explained);
    expect(all.map(({ runbook }) => runbook)).toEqual(
      all.map(({ name }) => `docs/alerts.md#${name.toLowerCase()}`),
    );
    expect(all.flatMap(({ expression }) => metricsIn(expression)).filter((name) => !names.has(name))).toEqual(
      [],
    );
    expect(all.flatMap(({ expression }) => metricsIn(expression)).length).toBeGreaterThan(all.length);
  });

  it('has a guide that lists every metric of the service', async () => {
    const [{ names }, guide] = [await metricsPage(), await readFile('docs/alerts.md', 'utf8')];
    const own = [...names].filter((name) => !/^(nodejs|process)_/.test(name) && !name.endsWith('_limit'));

    expect(own.length).toBeGreaterThan(12);
    expect(own.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
  });

  withPrometheus(
    'passes promtool: the metrics, the configuration, and the alerts with their tests',
    async () => {
      const { text } = await metricsPage();
      const check = run('promtool', ['check', 'metrics']);
      check.child.stdin?.end(text);

      expect(await check).toEqual({ stdout: '', stderr: '' });
      expect((await run('promtool', ['check', 'config', 'deploy/prometheus/prometheus.yml'])).stdout).toMatch(
        /SUCCESS/,
      );
      expect((await run('promtool', ['test', 'rules', 'deploy/prometheus/alerts.test.yml'])).stdout).toMatch(
        /SUCCESS/,
      );
    },
  );

  withPrometheus('is scraped by a real Prometheus, which then knows what was sold', async () => {
    const lamp = await given.product({ stock: 3 });
    const buyer = await given.customer();
    await given.order(buyer, { [lamp.id]: 2 });
    const prometheus = await Prometheus.start(new URL(given.service.operationsUrl).host);

    try {
      await until(
        'the order has arrived',
        async () => (await prometheus.valueOf('orders_placed_total')) === 1,
      );
      expect(await prometheus.valueOf('up{job="mini-order-system"}')).toBe(1);
      expect(await prometheus.valueOf('placement_group_orders_sum')).toBe(1);
    } finally {
      await prometheus.stop();
    }
  });
});

/** Debian's Prometheus with our configuration, except for the target and the scrape interval. */
class Prometheus {
  private constructor(
    private readonly child: ChildProcess,
    private readonly url: string,
    private readonly folder: string,
  ) {}

  static async start(target: string): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
    const config = (await readFile('deploy/prometheus/prometheus.yml', 'utf8'))
      .replace('127.0.0.1:9464', target)
      .replace('scrape_interval: 15s', 'scrape_interval: 1s');
    await writeFile(join(folder, 'prometheus.yml'), config);
    await writeFile(join(folder, 'alerts.yml'), await readFile(RULES));
    const address = `127.0.0.1:${await freePort()}`;
    const flags = ['config.file=prometheus.yml', 'storage.tsdb.path=data', `web.listen-address=${address}`];
    const child = spawn(
      'prometheus',
      flags.map((flag) => `--${flag}`),
      { cwd: folder, stdio: 'ignore' },
    );
    return new Prometheus(child, `http://${address}`, folder);
  }

  /** The latest value of a series, if there is one. */
  async valueOf(expression: string): Promise<number | undefined> {
    const answer = await fetch(`${this.url}/api/v1/query?query=${encodeURIComponent(expression)}`).catch(
      () => undefined,
    );
    if (!answer?.ok) return undefined;
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    const [first] = data.result;
    return first && Number(first.value[1]);
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import cluster from 'node:cluster';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { delay } from '../common/retry.js';
import type { Env } from '../config/env.js';
import type { AppSecrets } from '../config/secret-file.js';
import { ReadinessProbe } from '../health/readiness.probe.js';
import { RequestDrain } from '../health/request.drain.js';
import { Telemetry } from '../telemetry/telemetry.js';
import type { CreateApp, RequestServer } from './workers/request-server.js';
import { answerPrimary } from './workers/questions.js';

/** For requests to finish at a stop. The embedded server needs the rest of the 10 s. */
const DRAIN_MS = 5_000;
/** For the last answers to be sent before open connections are closed. */
const LINGER_MS = 250;

export class HttpServer implements RequestServer {
  private telemetry: Telemetry | undefined;
  private app: NestFastifyApplication | undefined;
  private isServing = false;

  constructor(
    private readonly env: Env,
    private readonly logger: Logger,
    private readonly createApp: CreateApp,
  ) {}

  async start(secrets: AppSecrets): Promise<number> {
    const telemetry = await Telemetry.start(this.env, this.logger);
    this.telemetry = telemetry;
    this.app = await this.createApp(secrets, telemetry);
    if (cluster.isWorker) {
      answerPrimary({ 'is-ready': () => this.isReady(), metrics: () => telemetry.metricsData() });
    }
    await this.app.listen(this.env.PORT, this.env.HOST);
    this.isServing = true;
    return (this.app.getHttpServer().address() as AddressInfo).port;
  }

  async isReady(): Promise<boolean> {
    return this.isServing && (await this.app?.get(ReadinessProbe).isReady()) === true;
  }

  metrics(): Promise<string> {
    return this.telemetry?.metricsText() ?? Promise.resolve('');
  }

  async stop(): Promise<void> {
    if (!this.app) return;
    const drain = this.app.get(RequestDrain);
    drain.announce();
    if (this.env.STOP_DELAY_MS > 0) await delay(this.env.STOP_DELAY_MS);
    if (drain.inProgress > 0) this.logger.info(`finishing ${drain.inProgress} requests`);
    const finished = drain.finish(DRAIN_MS);
    const closed = this.app.close();
    await finished;
    await Promise.race([closed, delay(LINGER_MS)]);
    this.app.getHttpServer().closeAllConnections();
    await closed;
    await this.telemetry?.stop();
  }
}

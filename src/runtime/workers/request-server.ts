import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AppSecrets } from '../../config/secret-file.js';
import type { Telemetry } from '../../telemetry/telemetry.js';

/** Creates the application, which is not listening yet. */
export type CreateApp = (secrets: AppSecrets, telemetry: Telemetry) => Promise<NestFastifyApplication>;

/** Serves requests, in this process or in its workers. */
export interface RequestServer {
  /** Resolves with the port when requests are served. After an error, `stop` must still be called. */
  start(secrets: AppSecrets): Promise<number>;

  /** Never throws. */
  isReady(): Promise<boolean>;

  /** In the text format of Prometheus. */
  metrics(): Promise<string>;

  /** Waits for STOP_DELAY_MS, and then finishes its requests within 8 s. */
  stop(): Promise<void>;
}

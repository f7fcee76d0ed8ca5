import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AppSecrets } from '../../config/secret-file.js';
import type { Telemetry } from '../../telemetry/telemetry.js';

/** Makes the application as it is served, but for the listening. */
export type CreateApp = (secrets: AppSecrets, telemetry: Telemetry) => Promise<NestFastifyApplication>;

/** This process itself, or its workers. */
export interface RequestServer {
  /** Returns the port when requests are served. After an error, `stop` still has to be called. */
  start(secrets: AppSecrets): Promise<number>;

  /** Never throws. */
  isReady(): Promise<boolean>;

  /** In the text format of Prometheus. */
  metrics(): Promise<string>;

  /** Finishes what was taken up, and ends within 8 s after STOP_DELAY_MS. */
  stop(): Promise<void>;
}

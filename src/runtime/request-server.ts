import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AppSecrets } from '../config/secret-file.js';
import type { Telemetry } from '../telemetry/telemetry.js';

/** Makes the application as it is served, but for the listening. */
export type CreateApp = (secrets: AppSecrets, telemetry: Telemetry) => Promise<NestFastifyApplication>;

/** What answers requests: this process itself, or workers that it looks after. */
export interface RequestServer {
  /** Returns the port when requests are served. After an error, `stop` still has to be called. */
  start(secrets: AppSecrets): Promise<number>;

  /** Whether requests can be taken now, at whatever moment of its life. Never throws. */
  isReady(): Promise<boolean>;

  /** What is measured of it, in the text format of Prometheus. */
  metrics(): Promise<string>;

  /** Takes nothing new, lets what was taken up finish, and ends within 8 s after STOP_DELAY_MS. */
  stop(): Promise<void>;
}

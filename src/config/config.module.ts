import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Env } from './env.js';

/** Makes the one `Env` of the process injectable everywhere. */
@Global()
@Module({})
export class ConfigModule {
  static for(env: Env): DynamicModule {
    return { module: ConfigModule, providers: [{ provide: Env, useValue: env }], exports: [Env] };
  }
}

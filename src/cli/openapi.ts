import { writeFile } from 'node:fs/promises';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { describeApi } from '../api-docs/api-docs.js';
import { AppModule } from '../app.module.js';
import { parseEnv } from '../config/load-env.js';

/** Writes `openapi.json`. Preview mode creates no providers, so no database is needed. */
const env = parseEnv({}, { signsTokens: false });
const secrets = { databaseUrl: 'postgres://preview', jwtSecret: 'x'.repeat(32) };
const app = await NestFactory.create<NestFastifyApplication>(
  AppModule.for(env, secrets),
  new FastifyAdapter(),
  { preview: true, logger: ['error'] },
);
await writeFile('openapi.json', `${JSON.stringify(describeApi(app), null, 2)}\n`);

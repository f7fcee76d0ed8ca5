import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { serveApiDocs } from './api-docs.js';
import { AppModule, type AppSecrets } from './app.module.js';
import { answerClientError } from './common/errors/client-errors.js';
import { DomainError } from './common/errors/domain-error.js';
import { ProblemDetailsFilter } from './common/errors/problem-details.filter.js';
import { RouteTable } from './common/errors/route-table.js';
import { BODY_LIMIT_BYTES, keepBodiesRaw } from './common/http/body-parser.js';
import type { Env } from './config/env.js';
import { NestLogger } from './operations/logger.js';
import { logRequests } from './operations/request-log.js';
import { Shutdown } from './operations/shutdown.js';

/** Every wait for a client is bounded: for the headers, for the whole request, and between requests. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_TIMEOUT_MS = 60_000;
const TIMEOUT_CHECK_MS = 2_000;
const HEADERS_LIMIT_BYTES = 16 * 1024;
const PATH_PARAMETER_MAX = 100;

/** What is taken over from a client or proxy that numbers its own requests. */
const FOREIGN_REQUEST_ID = /^[\w.-]{1,64}$/;

/** The application as it is served, but for the listening. */
export async function createApp(
  env: Env,
  secrets: AppSecrets,
  logger: Logger,
): Promise<NestFastifyApplication> {
  const routes = new RouteTable();
  const problems = new ProblemDetailsFilter(routes);
  const adapter = createAdapter(env, problems);
  const fastify = adapter.getInstance();
  // RFC 9110, 10.1.1: an expectation that is not known may be ignored; Node would answer 417 by itself.
  fastify.server.on('checkExpectation', (request, response) =>
    fastify.server.emit('request', request, response),
  );
  routes.watch(fastify);
  keepBodiesRaw(fastify);
  logRequests(fastify, logger);
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    void reply.header('x-request-id', request.id);
    done(
      isWithoutHost(request)
        ? new DomainError('malformed-request', 'HTTP/1.1 requires a Host header.')
        : undefined,
    );
  });

  const app = await NestFactory.create<NestFastifyApplication>(AppModule.for(env, secrets), adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  app.get(Shutdown).watch(fastify);
  app.useGlobalFilters(problems);
  if (env.CORS_ORIGINS.length > 0) openToOrigins(app, env.CORS_ORIGINS);
  serveApiDocs(app);
  return app;
}

function createAdapter(env: Env, problems: ProblemDetailsFilter): FastifyAdapter {
  return new FastifyAdapter({
    logger: false,
    genReqId: requestId,
    requestIdHeader: false,
    trustProxy: env.TRUST_PROXY.length > 0 ? env.TRUST_PROXY : false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    // While stopping, what still comes in on open connections is served, and the connection closed.
    return503OnClosing: false,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      maxHeaderSize: HEADERS_LIMIT_BYTES,
      // Asked for by a hook of ours, which answers with a problem.
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: PATH_PARAMETER_MAX },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      problems.answer(error, request, reply);
    },
    clientErrorHandler: answerClientError,
  });
}

/** RFC 9112, 3.2. */
function isWithoutHost({ headers, raw }: FastifyRequest): boolean {
  return headers.host === undefined && raw.httpVersion === '1.1';
}

function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && FOREIGN_REQUEST_ID.test(given) ? given : randomUUID();
}

function openToOrigins(app: NestFastifyApplication, origins: string[]): void {
  app.enableCors({
    origin: origins,
    // An OPTIONS request that is no preflight is 405 like any other wrong method.
    strictPreflight: false,
    methods: ['GET', 'HEAD', 'POST', 'PATCH'],
    exposedHeaders: ['ETag', 'Idempotency-Replayed', 'Link', 'Location', 'Retry-After', 'X-Request-Id'],
  });
}

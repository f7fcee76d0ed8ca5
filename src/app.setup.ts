import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { describeApi } from './api-docs/api-docs.js';
import { serveDocs } from './api-docs/docs-page.js';
import { AppModule } from './app.module.js';
import { ClientErrors } from './http/problems/client-errors.js';
import { DomainError } from './common/domain-error.js';
import { ProblemDetailsFilter } from './http/problems/problem-details.filter.js';
import { isPreflight, METHODS, RouteTable } from './http/problems/route-table.js';
import { BODY_LIMIT_BYTES, keepBodiesRaw } from './http/body-parser.js';
import { trustedProxies } from './http/client-address.js';
import {
  HEADERS_LIMIT_BYTES,
  limitConnections,
  limitRequestRate,
  TAGS_LENGTH_MAX,
  URL_LENGTH_MAX,
} from './http/client-limits.js';
import { answerBeforeBodiesEnd } from './http/lingering-close.js';
import { securityHeaders } from './http/security-headers.js';
import { limitUnfinishedBodies } from './http/unfinished-bodies.js';
import type { Env } from './config/env.js';
import type { AppSecrets } from './config/secret-file.js';
import { NestLogger } from './telemetry/logger.js';
import { RequestDrain } from './health/request.drain.js';
import type { Telemetry } from './telemetry/telemetry.js';

/** Slow clients are looked for at least this often. */
const TIMEOUT_CHECK_MS = 2_000;
const PATH_PARAMETER_MAX = 100;

/** An `X-Request-Id` that is accepted from a client or proxy. */
const FOREIGN_REQUEST_ID = /^[\w.-]{1,64}$/;

/** The complete application, except that it does not listen yet. */
export async function createApp(
  env: Env,
  secrets: AppSecrets,
  logger: Logger,
  telemetry: Telemetry,
): Promise<NestFastifyApplication> {
  const routes = new RouteTable();
  const problems = new ProblemDetailsFilter(routes);
  const headers = securityHeaders(env.isProduction);
  const clientErrors = new ClientErrors(headers);
  const adapter = createAdapter(env, headers, problems, clientErrors);
  const fastify = adapter.getInstance();
  answerBeforeBodiesEnd(fastify);
  routes.watch(fastify);
  clientErrors.watch(fastify);
  keepBodiesRaw(fastify);
  telemetry.watch(fastify);
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    void reply.headers(headers).header('x-request-id', request.id);
    done(faultOf(request));
  });
  limitConnections(fastify, env.MAX_CONNECTIONS, logger);

  const app = await NestFactory.create<NestFastifyApplication>(AppModule.for(env, secrets), adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  app.get(RequestDrain).watch(fastify);
  telemetry.measure(app);
  app.useGlobalFilters(problems);
  if (env.CORS_ORIGINS.length > 0) openToOrigins(app, env.CORS_ORIGINS);
  await limitRequestRate(fastify, env.RATE_LIMIT_PER_MINUTE);
  routes.answerOptions(fastify);
  limitUnfinishedBodies(fastify, Math.ceil(env.MAX_CONNECTIONS / 20), (socket) =>
    clientErrors.refuse('request-timeout', socket),
  );
  serveDocs(fastify, () => describeApi(app));
  return app;
}

function createAdapter(
  env: Env,
  headers: Readonly<Record<string, string>>,
  problems: ProblemDetailsFilter,
  clientErrors: ClientErrors,
): FastifyAdapter {
  return new FastifyAdapter({
    logger: false,
    genReqId: requestId,
    requestIdHeader: false,
    trustProxy: trustedProxies(env.TRUST_PROXY),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: env.REQUEST_TIMEOUT_MS,
    // For clients that do not read their answer.
    connectionTimeout: 2 * env.REQUEST_TIMEOUT_MS,
    keepAliveTimeout: env.KEEP_ALIVE_TIMEOUT_MS,
    // Requests that arrive while the service is stopping are served.
    return503OnClosing: false,
    http: {
      headersTimeout: Math.ceil(env.REQUEST_TIMEOUT_MS / 3),
      connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, Math.ceil(env.REQUEST_TIMEOUT_MS / 15)),
      maxHeaderSize: HEADERS_LIMIT_BYTES,
      // Our own check answers with a problem.
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: PATH_PARAMETER_MAX },
    // No hook runs for a malformed URL.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      void reply.headers(headers).header('x-request-id', request.id);
      problems.answer(error, request, reply);
    },
    clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket) => {
      clientErrors.answer(error, socket);
    },
  });
}

/** Checks that apply to every route. */
function faultOf(request: FastifyRequest): DomainError | undefined {
  if (isWithoutHost(request)) return new DomainError('malformed-request', 'HTTP/1.1 requires a Host header.');
  if (request.url.length > URL_LENGTH_MAX) return new DomainError('uri-too-long');
  const { 'if-match': wanted = '', 'if-none-match': unwanted = '' } = request.headers;
  if (wanted.length <= TAGS_LENGTH_MAX && unwanted.length <= TAGS_LENGTH_MAX) return undefined;
  const limit = `If-Match and If-None-Match may have ${TAGS_LENGTH_MAX} characters each.`;
  return new DomainError('header-fields-too-large', limit);
}

/** RFC 9112, 3.2. HTTP/0.9 has no headers and is not served. */
function isWithoutHost({ headers, raw }: FastifyRequest): boolean {
  return headers.host === undefined && raw.httpVersion !== '1.0';
}

function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && FOREIGN_REQUEST_ID.test(given) ? given : randomUUID();
}

/** Headers that a page of another origin may read. */
const EXPOSED_HEADERS = [
  'ETag',
  'Idempotency-Replayed',
  'Link',
  'Location',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Retry-After',
  'X-Request-Id',
];
/** How long a browser may reuse the answer to a preflight. */
const PREFLIGHT_MAX_AGE_S = 600;

/** Without credentials: tokens travel in a header, never in a cookie. */
function openToOrigins(app: NestFastifyApplication, origins: string[]): void {
  const options = {
    origin: origins,
    methods: METHODS,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_MAX_AGE_S,
  };
  app.enableCors({
    delegator: (request, done) => {
      done(null, { ...options, preflight: isPreflight(request) });
    },
  });
}

import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../common/domain-error.js';
import { asDomainError, problemFor } from './problem.js';
import { PROBLEMS } from '../../common/problem-catalogue.js';
import type { RouteTable } from './route-table.js';

/** The only place that turns errors into answers. */
@Catch()
export class ProblemDetailsFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problems');

  constructor(private readonly routes: RouteTable) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Also answers what Fastify refuses before it has found a route. */
  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    if (reply.sent) return;
    const error = this.preciseError(asDomainError(thrown), request, reply);
    this.logFault(error, request.id);
    const problem = problemFor(error, request.id);
    void reply.code(problem.status).headers(problem.headers).serializer(JSON.stringify).send(problem.body);
  }

  private preciseError(error: DomainError, request: FastifyRequest, reply: FastifyReply): DomainError {
    if (error.code !== 'not-found') return error;
    const allowed = this.routes.methodsFor(request.url);
    if (allowed.length === 0 || allowed.includes(request.method)) return error;
    void reply.header('allow', allowed.join(', '));
    return new DomainError('method-not-allowed');
  }

  private logFault(error: DomainError, requestId: string): void {
    const status = PROBLEMS[error.code].status;
    if (status < 500) return;
    const record = { request_id: requestId, code: error.code, err: error.cause ?? error };
    if (status === 503) this.logger.warn(record);
    else this.logger.error(record);
  }
}

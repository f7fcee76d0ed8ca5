import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** For handlers that read or set headers; what they return is still the body. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export const HttpExchange = createParamDecorator((_data: unknown, context: ExecutionContext): Exchange => {
  const http = context.switchToHttp();
  return { request: http.getRequest<FastifyRequest>(), reply: http.getResponse<FastifyReply>() };
});

/** Answers with text that is already JSON. */
export function sendJson({ reply }: Exchange, json: string): string {
  void reply.header('content-type', 'application/json; charset=utf-8');
  return json;
}

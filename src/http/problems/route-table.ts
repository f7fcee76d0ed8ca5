import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { JSON_BODY } from '../body-parser.js';

/** The methods that routes use. */
export const METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'];

/** Knows the methods of each path, so that a wrong method is answered with 405 and `Allow` instead of 404. */
export class RouteTable {
  private readonly routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];

  /** Must be called before any route is registered. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ method, url }: RouteOptions) => {
      // The CORS route, for preflights.
      if (url === '*') return;
      this.routes.push({ pattern: asRegExp(url), methods: [method].flat() });
    });
  }

  /** Answers OPTIONS with the methods of the path (RFC 9110, 9.3.7; RFC 5789, 3.1). */
  answerOptions(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply, done) => {
      const methods =
        request.method === 'OPTIONS' && !isPreflight(request) ? this.methodsFor(request.url) : [];
      if (methods.length === 0) return done();
      if (methods.includes('PATCH')) void reply.header('accept-patch', JSON_BODY);
      void reply.code(204).header('allow', methods.join(', ')).send();
    });
  }

  /** In alphabetical order; none for an unknown path. */
  methodsFor(url: string): string[] {
    const path = (url.split('?')[0] as string).replace(/(?<=.)\/$/, '');
    const matching = this.routes.filter(({ pattern }) => pattern.test(path));
    return [...new Set(matching.flatMap(({ methods }) => methods))].sort();
  }
}

/** Any other OPTIONS request with CORS headers would get a plain text 400 from @fastify/cors. */
export function isPreflight({ headers }: FastifyRequest): boolean {
  return Boolean(headers.origin && headers['access-control-request-method']);
}

/** The part of Fastify's route syntax that is used here: `:name` is one segment, `*` the rest. */
function asRegExp(route: string): RegExp {
  const escaped = route.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:[A-Za-z_]+/g, '[^/]+').replace(/\*/g, '.*')}$`);
}

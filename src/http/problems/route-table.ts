import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { JSON_BODY } from '../body-parser.js';

/** The methods that routes use. */
export const METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'];

/** Knows which methods each path takes, so that a wrong method is 405 with `Allow` instead of 404. */
export class RouteTable {
  private readonly routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];

  /** Must be called before any route is registered. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ method, url }: RouteOptions) => {
      // The route of CORS, for preflights.
      if (url === '*') return;
      this.routes.push({ pattern: asRegExp(url), methods: [method].flat() });
    });
  }

  /** RFC 9110, 9.3.7, and RFC 5789, 3.1: OPTIONS is answered with what can be done at a path. */
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

export function isPreflight({ headers }: FastifyRequest): boolean {
  return headers['access-control-request-method'] !== undefined;
}

/** Fastify's route syntax, as far as routes here use it: `:name` is one segment, `*` the rest. */
function asRegExp(route: string): RegExp {
  const escaped = route.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:[A-Za-z_]+/g, '[^/]+').replace(/\*/g, '.*')}$`);
}

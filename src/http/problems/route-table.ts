import type { FastifyInstance, RouteOptions } from 'fastify';

/** Knows which methods each path takes, so that a wrong method is 405 with `Allow` instead of 404. */
export class RouteTable {
  private readonly routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];

  /** Must be called before any route is registered. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ method, url }: RouteOptions) => {
      // The route of CORS, which is for preflights to whatever path.
      if (url === '*') return;
      this.routes.push({ pattern: asRegExp(url), methods: [method].flat() });
    });
  }

  /** The methods for the path of a request URL, in alphabetical order; none for an unknown path. */
  methodsFor(url: string): string[] {
    const path = (url.split('?')[0] as string).replace(/(?<=.)\/$/, '');
    const matching = this.routes.filter(({ pattern }) => pattern.test(path));
    return [...new Set(matching.flatMap(({ methods }) => methods))].sort();
  }
}

/** Fastify's route syntax, as far as routes here use it: `:name` is one segment, `*` the rest. */
function asRegExp(route: string): RegExp {
  const escaped = route.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:[A-Za-z_]+/g, '[^/]+').replace(/\*/g, '.*')}$`);
}

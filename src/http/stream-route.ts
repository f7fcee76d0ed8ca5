import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';

/** A route whose answer goes on until somebody ends it: no request to finish before a stop, or to time. */
export const StreamRoute = () => RouteConfig({ isStream: true });

export function isStream({ routeOptions }: FastifyRequest): boolean {
  return (routeOptions.config as { readonly isStream?: boolean } | undefined)?.isStream === true;
}

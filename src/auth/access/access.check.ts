import { Injectable, type OnModuleInit, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { ACCESS } from '../../http/access.decorators.js';

/** Refuses to start while any route has not said who may call it. */
@Injectable()
export class AccessCheck implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    const undecided = this.discovery.getControllers().flatMap(({ metatype }) => {
      const prototype = (metatype as { prototype: object }).prototype as Record<string, object>;
      return this.scanner
        .getAllMethodNames(prototype)
        .filter((name) => isUndecidedRoute(prototype[name] as object))
        .map((name) => `${String(metatype?.name)}.${name}`);
    });
    if (undecided.length > 0) {
      throw new Error(`These routes do not say who may call them: ${undecided.join(', ')}`);
    }
  }
}

function isUndecidedRoute(handler: object): boolean {
  const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
  return method !== undefined && Reflect.getMetadata(ACCESS, handler) === undefined;
}

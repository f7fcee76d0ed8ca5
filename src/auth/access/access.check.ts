import { Injectable, type OnModuleInit, RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { accessOf } from '../../http/access.decorators.js';

/** Keeps the service from starting if a route does not say who may call it. */
@Injectable()
export class AccessCheck implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    const undecided = this.discovery.getControllers().flatMap(({ metatype }) => {
      const controller = metatype as Type<object>;
      const prototype = controller.prototype as Record<string, object>;
      return this.scanner
        .getAllMethodNames(prototype)
        .filter((name) => isUndecidedRoute(prototype[name] as object, controller))
        .map((name) => `${controller.name}.${name}`);
    });
    if (undecided.length > 0) {
      throw new Error(`These routes do not say who may call them: ${undecided.join(', ')}`);
    }
  }
}

function isUndecidedRoute(handler: object, controller: object): boolean {
  const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
  return method !== undefined && accessOf(handler, controller) === undefined;
}

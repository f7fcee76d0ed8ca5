import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Env } from '../config/env.js';
import { EventsModule } from '../events/events.module.js';
import { EndpointLeases } from './endpoint.leases.js';
import { MessageSender } from './message.sender.js';
import { OutboundRequests } from './outbound.requests.js';
import { WebhookDispatcher } from './webhook.dispatcher.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';
import { WebhookReader } from './webhook.reader.js';
import { WebhookSecrets } from './webhook.secrets.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksService } from './webhooks.service.js';

@Module({
  imports: [EventsModule, TypeOrmModule.forFeature([WebhookEndpoint])],
  controllers: [WebhooksController],
  providers: [EndpointLeases, MessageSender, WebhookDispatcher, WebhookReader, WebhooksService],
})
export class WebhooksModule {
  static for(env: Env, jwtSecret: string): DynamicModule {
    const secrets = new WebhookSecrets(jwtSecret, env.JWT_SECRET_PREVIOUS);
    return {
      module: WebhooksModule,
      providers: [
        { provide: WebhookSecrets, useValue: secrets },
        { provide: OutboundRequests, useFactory: () => new OutboundRequests(env) },
      ],
    };
  }
}

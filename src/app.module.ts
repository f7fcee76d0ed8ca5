import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, APP_PIPE } from '@nestjs/core';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import { JwtAuthGuard } from './auth/tokens/jwt-auth.guard.js';
import { RolesGuard } from './auth/access/roles.guard.js';
import { ProblemsController } from './api-docs/problems.controller.js';
import { BodyGuard } from './http/body.guard.js';
import { DtoPipe } from './http/validation/dto.pipe.js';
import { ConfigModule } from './config/config.module.js';
import type { Env } from './config/env.js';
import type { AppSecrets } from './config/secret-file.js';
import { DatabaseModule } from './database/database.module.js';
import { EventsModule } from './events/events.module.js';
import { HealthModule } from './health/health.module.js';
import { OrdersModule } from './orders/orders.module.js';
import { ProductsModule } from './products/products.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

@Module({})
export class AppModule {
  static for(env: Env, { databaseUrl, jwtSecret }: AppSecrets): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.for(env),
        DatabaseModule.for(databaseUrl, env),
        AuthModule.for(env, jwtSecret),
        ProductsModule,
        OrdersModule,
        AuditModule,
        EventsModule,
        WebhooksModule.for(env, jwtSecret),
        HealthModule,
      ],
      controllers: [ProblemsController],
      providers: [
        { provide: APP_GUARD, useClass: JwtAuthGuard },
        { provide: APP_GUARD, useClass: RolesGuard },
        { provide: APP_GUARD, useClass: BodyGuard },
        { provide: APP_PIPE, useClass: DtoPipe },
      ],
    };
  }
}

import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';
import { Shutdown } from './shutdown.js';

@Module({ controllers: [HealthController], providers: [Readiness, Shutdown] })
export class OperationsModule {}

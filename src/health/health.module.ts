import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { ReadinessProbe } from './readiness.probe.js';
import { RequestDrain } from './request.drain.js';

@Module({ controllers: [HealthController], providers: [ReadinessProbe, RequestDrain] })
export class HealthModule {}

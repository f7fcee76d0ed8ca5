import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { IdempotentWrites } from './idempotent.writes.js';
import { WriteKey } from './write-key.entity.js';

@Module({
  imports: [TypeOrmModule.forFeature([WriteKey])],
  providers: [IdempotentWrites],
  exports: [IdempotentWrites],
})
export class IdempotencyModule {}

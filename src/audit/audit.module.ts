import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.js';
import { StockMovementReader } from './stock-movement.reader.js';
import { StockMovementsController } from './stock-movements.controller.js';

@Module({
  controllers: [AuditController, StockMovementsController],
  providers: [StockMovementReader],
})
export class AuditModule {}

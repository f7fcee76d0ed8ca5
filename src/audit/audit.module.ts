import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.js';
import { StockMovements } from './stock-movements.js';
import { StockMovementsController } from './stock-movements.controller.js';

@Module({ controllers: [AuditController, StockMovementsController], providers: [StockMovements] })
export class AuditModule {}

import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { ExpirySweeper } from './expiry.sweeper.js';
import { OrderHistoryReader } from './order-history.reader.js';
import { OrderItem } from './order-item.entity.js';
import { Order } from './order.entity.js';
import { OrderReader } from './order.reader.js';
import { OrdersController } from './orders.controller.js';
import { OrdersService } from './orders.service.js';
import { StockReturn } from './stock-return.entity.js';

@Module({
  imports: [IdempotencyModule, TypeOrmModule.forFeature([Order, OrderItem, StockReturn])],
  controllers: [OrdersController],
  providers: [ExpirySweeper, OrderHistoryReader, OrderReader, OrdersService],
})
export class OrdersModule {}

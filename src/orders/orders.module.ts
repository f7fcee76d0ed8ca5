import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { OrderHistoryReader } from './order-history.reader.js';
import { OrderItem } from './order-item.entity.js';
import { Order } from './order.entity.js';
import { OrderReader } from './order.reader.js';
import { OrdersController } from './orders.controller.js';
import { OrdersService } from './orders.service.js';
import { GroupPlacement } from './placement/group-placement.js';
import { PlacementQueue } from './placement/placement-queue.js';
import { StockReturn } from './stock-return.entity.js';

@Module({
  imports: [TypeOrmModule.forFeature([Order, OrderItem, StockReturn])],
  controllers: [OrdersController],
  providers: [GroupPlacement, OrderHistoryReader, OrderReader, OrdersService, PlacementQueue],
})
export class OrdersModule {}

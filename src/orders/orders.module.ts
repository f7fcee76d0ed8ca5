import { Module } from '@nestjs/common';
import { OrderHistoryReader } from './order-history.reader.js';
import { OrderReader } from './order.reader.js';
import { OrdersController } from './orders.controller.js';
import { OrdersService } from './orders.service.js';
import { GroupPlacement } from './placement/group-placement.js';
import { PlacementQueue } from './placement/placement-queue.js';

@Module({
  controllers: [OrdersController],
  providers: [GroupPlacement, OrderHistoryReader, OrderReader, OrdersService, PlacementQueue],
})
export class OrdersModule {}

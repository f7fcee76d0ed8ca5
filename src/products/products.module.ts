import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { Product } from './product.entity.js';
import { ProductReader } from './product.reader.js';
import { ProductsController } from './products.controller.js';
import { ProductsService } from './products.service.js';
import { StockAdjustment } from './stock-adjustment.entity.js';

@Module({
  imports: [IdempotencyModule, TypeOrmModule.forFeature([Product, StockAdjustment])],
  controllers: [ProductsController],
  providers: [ProductReader, ProductsService],
})
export class ProductsModule {}

import { Module } from '@nestjs/common';
import { ProductReader } from './product.reader.js';
import { ProductsController } from './products.controller.js';
import { ProductsService } from './products.service.js';

@Module({
  controllers: [ProductsController],
  providers: [ProductReader, ProductsService],
})
export class ProductsModule {}

import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../auth/access/roles.decorator.js';
import { ApiProblems } from '../http/openapi/api-problems.decorator.js';
import { type Exchange, HttpExchange } from '../http/exchange.decorator.js';
import { answerWithPage, ApiListResponse } from '../pagination/list-response.js';
import { PageQueryDto } from '../pagination/page-query.dto.js';
import { ApiIdParam } from '../http/openapi/api-properties.js';
import { IdPipe } from '../http/validation/id.pipe.js';
import { StockMovementResponseDto } from './stock-movement-response.dto.js';
import { StockMovementReader } from './stock-movement.reader.js';

@ApiTags('Products')
@Controller('products')
export class StockMovementsController {
  constructor(private readonly movements: StockMovementReader) {}

  @ApiOperation({
    operationId: 'listStockMovements',
    summary: 'List the stock movements of a product',
    description:
      'Every change of the stock, newest first: how many units, why, by whom, when, and the stock after it.',
  })
  @ApiIdParam('product')
  @ApiListResponse(StockMovementResponseDto)
  @ApiProblems('product-not-found')
  @Roles('admin')
  @Get(':id/stock-movements')
  async list(
    @Param('id', IdPipe) id: number,
    @Query() query: PageQueryDto,
    @HttpExchange() exchange: Exchange,
  ): Promise<string> {
    return answerWithPage(await this.movements.list(id, query), exchange);
  }
}

import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import { OptionallySignedIn } from '../http/access.decorators.js';
import { Roles } from '../auth/access/roles.decorator.js';
import { CurrentUser } from '../auth/access/current-user.decorator.js';
import { ApiProblems } from '../http/openapi/api-problems.decorator.js';
import { ApiConditionalRead, ApiConditionalWrite } from '../http/openapi/api-headers.js';
import { sendResourceIfModified } from '../http/preconditions.js';
import { ApiIdempotentWrite, sendWritten, WriteRequested } from '../idempotency/idempotency-key.decorator.js';
import type { WriteRequest } from '../idempotency/idempotent.writes.js';
import { type Exchange, HttpExchange } from '../http/exchange.decorator.js';
import { answerWithPage, ApiListResponse } from '../pagination/list-response.js';
import { ApiIdParam } from '../http/openapi/api-properties.js';
import { IdPipe } from '../http/validation/id.pipe.js';
import {
  CreateProductDto,
  ListProductsQueryDto,
  ProductResponseDto,
  UpdateProductDto,
} from './product.dto.js';
import { ProductReader } from './product.reader.js';
import { ProductsService } from './products.service.js';

@ApiTags('Products')
@Controller('products')
export class ProductsController {
  constructor(
    private readonly products: ProductsService,
    private readonly reader: ProductReader,
  ) {}

  @ApiOperation({
    operationId: 'createProduct',
    summary: 'Add a product',
    description: 'The initial stock appears in the stock history under your name.',
  })
  @ApiIdempotentWrite(201, ProductResponseDto, 'The new product.')
  @ApiProblems('sku-taken')
  @Roles('admin')
  @Post()
  async create(
    @Body() dto: CreateProductDto,
    @WriteRequested() request: WriteRequest,
    @CurrentUser() admin: AuthenticatedUser,
    @HttpExchange() exchange: Exchange,
  ): Promise<string> {
    const written = await this.products.create(dto.toNewProduct(), admin, request);
    void exchange.reply.header('location', `/products/${written.resource.id}`);
    return sendWritten(exchange, written);
  }

  @ApiOperation({
    operationId: 'listProducts',
    summary: 'List products, sorted by id',
    description: 'Lists active products. Admins can include inactive ones with `include_inactive`.',
  })
  @ApiListResponse(ProductResponseDto)
  @ApiProblems('forbidden')
  @OptionallySignedIn()
  @Get()
  async list(
    @Query() query: ListProductsQueryDto,
    @HttpExchange() exchange: Exchange,
    @CurrentUser() caller?: AuthenticatedUser,
  ): Promise<string> {
    return answerWithPage(await this.reader.list(query, caller), exchange);
  }

  @ApiOperation({
    operationId: 'getProduct',
    summary: 'Read a product',
    description: 'Only admins can read inactive products.',
  })
  @ApiIdParam('product')
  @ApiConditionalRead(ProductResponseDto, 'The product.')
  @ApiProblems('product-not-found')
  @OptionallySignedIn()
  @Get(':id')
  async get(
    @Param('id', IdPipe) id: number,
    @HttpExchange() exchange: Exchange,
    @CurrentUser() caller?: AuthenticatedUser,
  ): Promise<string | undefined> {
    return sendResourceIfModified(exchange, await this.reader.get(id, caller));
  }

  @ApiOperation({
    operationId: 'updateProduct',
    summary: 'Change a product or its stock',
    description:
      'Omitted fields keep their values. Change the stock with `stock_delta`, ' +
      'or set it with `stock_quantity` and `If-Match`; `reference` and `reason` say why.',
  })
  @ApiIdParam('product')
  @ApiConditionalWrite('The ETag you last read; required with `stock_quantity`.')
  @ApiIdempotentWrite(200, ProductResponseDto, 'The product.')
  @ApiProblems('product-not-found', 'sku-taken', 'insufficient-stock', 'precondition-required')
  @Roles('admin')
  @Patch(':id')
  async update(
    @Param('id', IdPipe) id: number,
    @Body() dto: UpdateProductDto,
    @WriteRequested() request: WriteRequest,
    @CurrentUser() admin: AuthenticatedUser,
    @HttpExchange() exchange: Exchange,
  ): Promise<string> {
    return sendWritten(exchange, await this.products.update(id, dto.toChange(), admin, request));
  }
}

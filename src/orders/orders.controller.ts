import { applyDecorators, Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import { SignedIn } from '../http/access.decorators.js';
import { Roles } from '../auth/access/roles.decorator.js';
import { CurrentUser } from '../auth/access/current-user.decorator.js';
import { ApiProblems } from '../http/openapi/api-problems.decorator.js';
import { ApiConditionalRead, ApiConditionalWrite } from '../http/openapi/api-headers.js';
import { OptionalBody } from '../http/body.guard.js';
import { sendResourceIfModified } from '../http/preconditions.js';
import { type Exchange, HttpExchange } from '../http/exchange.decorator.js';
import {
  ApiIdempotentWrite,
  IdempotencyKey,
  sendWritten,
  WriteRequested,
} from '../idempotency/idempotency-key.decorator.js';
import type { WriteRequest } from '../idempotency/idempotent.writes.js';
import { answerWithPage, ApiListResponse } from '../pagination/list-response.js';
import { ApiIdParam } from '../http/openapi/api-properties.js';
import { IdPipe } from '../http/validation/id.pipe.js';
import { CancelOrderDto, ListOrdersQueryDto, PlaceOrderDto } from './order.dto.js';
import { OrderHistoryResponseDto } from './order-history-response.dto.js';
import { OrderResponseDto } from './order-response.dto.js';
import { OrderHistoryReader } from './order-history.reader.js';
import { OrderReader } from './order.reader.js';
import { OrdersService } from './orders.service.js';

const ApiTransition = () =>
  applyDecorators(
    ApiIdParam('order'),
    ApiConditionalWrite(
      'The ETag you last read. If the order has changed since, the request is refused with 412.',
    ),
    ApiIdempotentWrite(200, OrderResponseDto, 'The order.'),
    ApiProblems('forbidden', 'order-not-found', 'invalid-transition'),
  );

@ApiTags('Orders')
@Controller('orders')
export class OrdersController {
  constructor(
    private readonly orders: OrdersService,
    private readonly reader: OrderReader,
    private readonly histories: OrderHistoryReader,
  ) {}

  @ApiOperation({
    operationId: 'placeOrder',
    summary: 'Place an order',
    description:
      'Takes the stock of all lines, or of none; lines with the same product are merged. ' +
      'The order keeps the current names and prices of its products.',
  })
  @ApiIdempotentWrite(201, OrderResponseDto, 'The order.')
  @ApiProblems(
    'product-not-found',
    'product-inactive',
    'not-on-sale',
    'purchase-limit-exceeded',
    'insufficient-stock',
    'price-changed',
    'total-too-large',
  )
  @SignedIn()
  @Post()
  async place(
    @Body() dto: PlaceOrderDto,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @CurrentUser() customer: AuthenticatedUser,
    @HttpExchange() exchange: Exchange,
  ): Promise<string> {
    const caller = { requestId: exchange.request.id, isGone: () => exchange.reply.raw.destroyed };
    const written = await this.orders.place(dto.toRequest(customer.id, idempotencyKey), caller);
    void exchange.reply.header('location', `/orders/${written.resource.id}`);
    return sendWritten(exchange, written);
  }

  @ApiOperation({
    operationId: 'listOrders',
    summary: 'List orders, newest first',
    description: 'Customers see their own orders, admins see all. Each order includes its lines.',
  })
  @ApiListResponse(OrderResponseDto)
  @ApiProblems('forbidden')
  @SignedIn()
  @Get()
  async list(
    @Query() query: ListOrdersQueryDto,
    @CurrentUser() caller: AuthenticatedUser,
    @HttpExchange() exchange: Exchange,
  ): Promise<string> {
    return answerWithPage(await this.reader.list(query, caller), exchange);
  }

  @ApiOperation({
    operationId: 'getOrder',
    summary: 'Read an order',
    description: "Another customer's order is answered like one that does not exist, with 404.",
  })
  @ApiIdParam('order')
  @ApiConditionalRead(OrderResponseDto, 'The order.')
  @ApiProblems('order-not-found')
  @SignedIn()
  @Get(':id')
  async get(
    @Param('id', IdPipe) id: number,
    @CurrentUser() caller: AuthenticatedUser,
    @HttpExchange() exchange: Exchange,
  ): Promise<string | undefined> {
    return sendResourceIfModified(exchange, await this.reader.get(id, caller));
  }

  @ApiOperation({
    operationId: 'getOrderHistory',
    summary: 'Read the history of an order',
    description:
      'Shows when and by whom the order was placed, confirmed and cancelled, and why; or when it expired.',
  })
  @ApiIdParam('order')
  @ApiConditionalRead(OrderHistoryResponseDto, 'The history, oldest first.')
  @ApiProblems('order-not-found')
  @SignedIn()
  @Get(':id/history')
  async history(
    @Param('id', IdPipe) id: number,
    @CurrentUser() caller: AuthenticatedUser,
    @HttpExchange() exchange: Exchange,
  ): Promise<string | undefined> {
    return sendResourceIfModified(exchange, await this.histories.get(id, caller));
  }

  @ApiOperation({
    operationId: 'confirmOrder',
    summary: 'Confirm a pending order',
    description:
      'Changes the status from PENDING to CONFIRMED. A confirmed order does not expire. After its ' +
      '`expires_at`, an order can still be confirmed until it has been cancelled.',
  })
  @ApiTransition()
  @Roles('admin')
  @Patch(':id/confirm')
  async confirm(
    @Param('id', IdPipe) id: number,
    @WriteRequested() request: WriteRequest,
    @CurrentUser() admin: AuthenticatedUser,
    @HttpExchange() exchange: Exchange,
  ): Promise<string> {
    return sendWritten(exchange, await this.orders.confirm(id, admin, request));
  }

  @ApiOperation({
    operationId: 'cancelOrder',
    summary: 'Cancel an order and return its stock',
    description:
      'Changes the status from PENDING or CONFIRMED to CANCELLED. The stock is returned exactly once. ' +
      'Customers can cancel their own orders.',
  })
  @ApiTransition()
  @OptionalBody(CancelOrderDto)
  @SignedIn()
  @Patch(':id/cancel')
  async cancel(
    @Param('id', IdPipe) id: number,
    @Body() { reason }: CancelOrderDto,
    @WriteRequested() request: WriteRequest,
    @CurrentUser() caller: AuthenticatedUser,
    @HttpExchange() exchange: Exchange,
  ): Promise<string> {
    return sendWritten(exchange, await this.orders.cancel(id, caller, request, reason));
  }
}

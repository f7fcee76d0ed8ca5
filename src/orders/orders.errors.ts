import { DomainError } from '../common/domain-error.js';
import { fromMinor } from '../common/money.js';
import type { OrderStatus } from './order-status.js';

/** The same for an order that does not exist and for one that the caller may not see. */
export class OrderNotFoundError extends DomainError {
  constructor(id: number) {
    super('order-not-found', `There is no order with id ${id}.`);
  }
}

export class InvalidTransitionError extends DomainError {
  constructor(current: OrderStatus, next: OrderStatus) {
    super('invalid-transition', `The order is ${current} and cannot become ${next}.`, {
      current_status: current,
    });
  }
}

export class PriceChangedError extends DomainError {
  constructor(totalMinor: number) {
    const total = fromMinor(totalMinor);
    super('price-changed', `The order now comes to ${total}.`, { total_amount: total });
  }
}

export class TotalTooLargeError extends DomainError {
  constructor() {
    super('total-too-large', 'The order comes to more than 999,999,999,999.99.');
  }
}

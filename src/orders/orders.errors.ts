import { DomainError } from '../common/domain-error.js';
import { fromMinor } from '../common/money.js';
import type { OrderStatus } from './order-status.js';

/** Also if the order exists, but the caller may not see it. */
export class OrderNotFoundError extends DomainError {
  constructor(id: number) {
    super('order-not-found', `There is no order with id ${id}.`);
  }
}

export class InvalidTransitionError extends DomainError {
  constructor(current: OrderStatus, next: OrderStatus) {
    const details = { current_status: current };
    super('invalid-transition', `The order is ${current} and cannot become ${next}.`, details);
  }
}

export class PriceChangedError extends DomainError {
  constructor(totalMinor: number) {
    const total = fromMinor(totalMinor);
    super('price-changed', `The total is now ${total}.`, { total_amount: total });
  }
}

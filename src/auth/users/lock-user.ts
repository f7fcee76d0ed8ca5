import type { EntityManager } from 'typeorm';
import { User } from './user.entity.js';

/**
 * Locks a user until the transaction ends. Whatever depends on the password or on being active takes this
 * lock first. It does not block foreign keys to the user, so the user can still place orders.
 */
export function lockUser(manager: EntityManager, id: number): Promise<User | null> {
  return manager.findOne(User, { where: { id }, lock: { mode: 'for_no_key_update' } });
}

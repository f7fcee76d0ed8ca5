import type { EntityManager } from 'typeorm';
import { User } from './user.entity.js';

/**
 * Locks a user until the transaction ends and reads them as they are then. Whatever depends on password or
 * activity takes this lock first; it does not keep others from placing orders for the user.
 */
export function lockUser(manager: EntityManager, id: number): Promise<User | null> {
  return manager.findOne(User, { where: { id }, lock: { mode: 'for_no_key_update' } });
}

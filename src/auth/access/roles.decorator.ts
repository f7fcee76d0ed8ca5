import { access } from '../../http/access.decorators.js';
import type { Role } from './role.js';

/** Only users with one of these roles may call. */
export const Roles = (...roles: Role[]) => access({ kind: 'roles', roles });

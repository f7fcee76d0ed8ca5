import { BooleanField, EnumField } from '../../http/openapi/fields.js';
import { type Role, ROLES } from '../access/role.js';

export class UpdateUserDto {
  @EnumField(ROLES, { required: false, example: 'admin' }) readonly role?: Role;

  @BooleanField({
    required: false,
    description: 'Deactivating a user ends their sessions; they can no longer sign in.',
  })
  readonly is_active?: boolean;
}

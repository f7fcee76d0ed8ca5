import { BooleanField, EnumField } from '../../http/openapi/fields.js';
import { type Role, ROLES } from '../access/role.js';

export class UpdateUserDto {
  @EnumField(ROLES, { required: false, example: 'admin' }) readonly role?: Role;

  @BooleanField({
    required: false,
    description: 'A deactivated user cannot sign in, and their sessions end.',
  })
  readonly is_active?: boolean;
}

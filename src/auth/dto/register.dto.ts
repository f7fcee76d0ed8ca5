import { FromText } from '../../common/rules.js';
import { EnumField, LineField } from '../../http/openapi/fields.js';
import { PATTERNS } from '../../http/openapi/patterns.js';
import { type Role, ROLES } from '../access/role.js';
import { USERNAME_MAX, USERNAME_MIN } from '../../config/env.js';
import { normaliseUsername } from '../users/username.js';
import { NewPasswordField } from './new-password.field.js';

export class RegisterDto {
  @LineField(USERNAME_MIN, USERNAME_MAX, {
    pattern: PATTERNS.username,
    example: 'customer1',
    description: 'Case-insensitive.',
  })
  @FromText(normaliseUsername)
  readonly username!: string;

  @NewPasswordField('1234') readonly password!: string;
  @EnumField(ROLES, { required: false, default: 'customer', example: 'customer' }) readonly role?: Role;
}

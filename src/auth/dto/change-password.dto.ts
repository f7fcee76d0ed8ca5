import { TextField } from '../../http/openapi/fields.js';
import { PASSWORD_MAX } from '../../config/env.js';
import { NewPasswordField } from './new-password.field.js';

export class ChangePasswordDto {
  @TextField(PASSWORD_MAX, { format: 'password', example: '1234' }) readonly current_password!: string;
  @NewPasswordField('correct horse') readonly new_password!: string;
}

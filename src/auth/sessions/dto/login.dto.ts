import { PASSWORD_MAX, USERNAME_MAX } from '../../../config/env.js';
import { LineField, TextField } from '../../../http/openapi/fields.js';
import { PATTERNS } from '../../../http/openapi/patterns.js';
import { OAuthParameters } from '../../../http/validation/dto.pipe.js';

@OAuthParameters()
export class LoginDto {
  @LineField(1, USERNAME_MAX, { pattern: PATTERNS.line, example: 'customer1' }) readonly username!: string;

  @TextField(PASSWORD_MAX, { minLength: 1, example: '1234', format: 'password' }) readonly password!: string;
}

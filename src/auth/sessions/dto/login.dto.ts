import { LineField, TextField } from '../../../http/openapi/fields.js';
import { PASSWORD_MAX, USERNAME_MAX } from '../../../config/env.js';
import { OAuthClientFields } from './oauth-client-fields.js';

/** What a person types. */
export class LoginDto extends OAuthClientFields {
  @LineField(0, USERNAME_MAX, { example: 'customer1' }) readonly username!: string;
  @TextField(PASSWORD_MAX, { example: '1234', format: 'password' }) readonly password!: string;
}

import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { ApiLine } from '../../../http/openapi/api-properties.js';
import { HasAtMost, IsCleanText } from '../../../http/validation/rules.js';
import { USERNAME_MAX } from '../../users/username.js';
import { PASSWORD_MAX } from '../../users/password.policy.js';
import { OAuthClientFields } from './oauth-client-fields.js';

/** What a person types. */
export class LoginDto extends OAuthClientFields {
  @ApiLine(USERNAME_MAX, { example: 'customer1' })
  @HasAtMost(USERNAME_MAX)
  @IsCleanText()
  @IsString()
  readonly username!: string;

  @ApiProperty({ example: '1234', format: 'password', maxLength: PASSWORD_MAX })
  @HasAtMost(PASSWORD_MAX)
  @IsString()
  readonly password!: string;
}

import { ApiHideProperty, ApiProperty } from '@nestjs/swagger';
import { Allow, IsString } from 'class-validator';
import { HasAtMost } from '../../common/validation/rules.js';
import { USERNAME_MAX } from '../username.js';
import { PASSWORD_MAX } from './register.dto.js';

/** What a person types, and what OAuth 2 clients send beside it (RFC 6749, 4.3.2), which is ignored. */
export class LoginDto {
  @ApiProperty({ example: 'customer1', maxLength: USERNAME_MAX })
  @HasAtMost(USERNAME_MAX)
  @IsString()
  readonly username!: string;

  @ApiProperty({ example: '1234', format: 'password', maxLength: PASSWORD_MAX })
  @HasAtMost(PASSWORD_MAX)
  @IsString()
  readonly password!: string;

  @ApiHideProperty()
  @Allow()
  readonly grant_type?: unknown;

  @ApiHideProperty()
  @Allow()
  readonly scope?: unknown;

  @ApiHideProperty()
  @Allow()
  readonly client_id?: unknown;

  @ApiHideProperty()
  @Allow()
  readonly client_secret?: unknown;
}

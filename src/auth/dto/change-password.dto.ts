import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { HasAtMost } from '../../http/validation/rules.js';
import { PASSWORD_MAX } from '../users/password.policy.js';
import { IsNewPassword } from './is-new-password.js';

export class ChangePasswordDto {
  @ApiProperty({ format: 'password', maxLength: PASSWORD_MAX, example: '1234' })
  @HasAtMost(PASSWORD_MAX)
  @IsString()
  readonly current_password!: string;

  @IsNewPassword('correct horse')
  readonly new_password!: string;
}

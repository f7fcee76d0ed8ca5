import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, type TransformFnParams } from 'class-transformer';
import { IsIn, IsString } from 'class-validator';
import { ApiLine } from '../../http/openapi/api-properties.js';
import { HasAtLeast, HasAtMost, IsCleanText, IsOptionalButNotNull } from '../../http/validation/rules.js';
import { type Role, ROLES } from '../access/role.js';
import { normaliseUsername, USERNAME_MAX, USERNAME_MIN } from '../users/username.js';
import { IsNewPassword } from './is-new-password.js';

export class RegisterDto {
  @ApiLine(USERNAME_MAX, {
    minLength: USERNAME_MIN,
    example: 'customer1',
    description: 'Compared without regard to case.',
  })
  @HasAtMost(USERNAME_MAX)
  @HasAtLeast(USERNAME_MIN)
  @IsCleanText()
  @IsString()
  @Transform(({ value }: TransformFnParams): unknown =>
    typeof value === 'string' ? normaliseUsername(value) : value,
  )
  readonly username!: string;

  @IsNewPassword('1234')
  readonly password!: string;

  @ApiPropertyOptional({ enum: ROLES, default: 'customer', example: 'customer' })
  @IsIn(ROLES)
  @IsOptionalButNotNull()
  readonly role?: Role;
}

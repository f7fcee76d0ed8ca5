import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, type TransformFnParams } from 'class-transformer';
import { IsIn, IsString } from 'class-validator';
import { ApiLine } from '../../common/validation/api-properties.js';
import { PATTERNS } from '../../common/validation/patterns.js';
import { HasAtLeast, HasAtMost, IsCleanText, IsOptionalButNotNull } from '../../common/validation/rules.js';
import { type Role, ROLES } from '../role.js';
import { normaliseUsername, USERNAME_MAX, USERNAME_MIN } from '../username.js';

export const PASSWORD_MAX = 128;

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

  @ApiProperty({
    minLength: 4,
    maxLength: PASSWORD_MAX,
    format: 'password',
    pattern: PATTERNS.line,
    example: '1234',
    description: 'At least 4 characters, in production 8 (PASSWORD_MIN_LENGTH) and no common password.',
  })
  @HasAtMost(PASSWORD_MAX)
  @IsCleanText()
  @IsString()
  readonly password!: string;

  @ApiPropertyOptional({ enum: ROLES, default: 'customer', example: 'customer' })
  @IsIn(ROLES)
  @IsOptionalButNotNull()
  readonly role?: Role;
}

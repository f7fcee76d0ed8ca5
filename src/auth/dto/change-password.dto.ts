import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { PATTERNS } from '../../common/validation/patterns.js';
import { HasAtMost, IsCleanText } from '../../common/validation/rules.js';
import { PASSWORD_MAX } from './register.dto.js';

export class ChangePasswordDto {
  @ApiProperty({ format: 'password', maxLength: PASSWORD_MAX, example: '1234' })
  @HasAtMost(PASSWORD_MAX)
  @IsString()
  readonly current_password!: string;

  @ApiProperty({
    format: 'password',
    minLength: 4,
    maxLength: PASSWORD_MAX,
    pattern: PATTERNS.line,
    example: 'correct horse',
    description: 'At least 4 characters, in production 8 (PASSWORD_MIN_LENGTH) and no common password.',
  })
  @HasAtMost(PASSWORD_MAX)
  @IsCleanText()
  @IsString()
  readonly new_password!: string;
}

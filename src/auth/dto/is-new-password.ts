import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { PATTERNS } from '../../http/openapi/patterns.js';
import { HasAtMost, IsCleanText } from '../../http/validation/rules.js';
import { PASSWORD_MAX } from '../users/password.policy.js';

/** A field for a password that is being chosen; its type is the first rule to be told of. */
export const IsNewPassword = (example: string) =>
  applyDecorators(
    ApiProperty({
      minLength: 4,
      maxLength: PASSWORD_MAX,
      format: 'password',
      pattern: PATTERNS.line,
      example,
      description: 'At least 4 characters, in production 8 (PASSWORD_MIN_LENGTH) and no common password.',
    }),
    IsString(),
    IsCleanText(),
    HasAtMost(PASSWORD_MAX),
  );

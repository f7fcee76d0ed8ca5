import { IsString } from 'class-validator';
import { Field } from '../../http/openapi/fields.js';
import { PATTERNS } from '../../http/openapi/patterns.js';
import { HasAtMost, IsCleanText } from '../../http/validation/rules.js';
import { PASSWORD_MAX, PASSWORD_MIN } from '../../config/env.js';

/** A new password. `assertAcceptablePassword` checks the configured minimum length. */
export const NewPasswordField = (example: string) =>
  Field(
    {
      type: 'string',
      minLength: PASSWORD_MIN,
      maxLength: PASSWORD_MAX,
      format: 'password',
      pattern: PATTERNS.line,
      example,
      description:
        'At least 4 characters; in production at least 8 (PASSWORD_MIN_LENGTH) and not a common password.',
    },
    IsString(),
    IsCleanText(),
    HasAtMost(PASSWORD_MAX),
  );

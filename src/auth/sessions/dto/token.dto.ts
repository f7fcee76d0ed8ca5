import { ApiProperty } from '@nestjs/swagger';
import { ApiWholeNumber } from '../../../http/openapi/api-properties.js';
import { PATTERNS } from '../../../http/openapi/patterns.js';

const ACCESS_TOKEN_MAX = 1_000;
const REFRESH_TOKEN_LENGTH = 64;
const EXAMPLE_JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIyIn0.c2lnbmF0dXJl';
export const EXAMPLE_REFRESH_TOKEN = 'A'.repeat(REFRESH_TOKEN_LENGTH);

/** An access token response (RFC 6749, 5.1). */
export class TokenDto {
  @ApiProperty({ maxLength: ACCESS_TOKEN_MAX, pattern: PATTERNS.jwt, example: EXAMPLE_JWT })
  readonly access_token!: string;

  @ApiProperty({ enum: ['bearer'] }) readonly token_type!: 'bearer';

  @ApiWholeNumber({ description: 'Seconds until the access token expires.', example: 3600 })
  readonly expires_in!: number;

  @ApiProperty({
    maxLength: REFRESH_TOKEN_LENGTH,
    pattern: PATTERNS.base64Url,
    description: 'For one use in POST /refresh. Keep it as secret as a password.',
    example: EXAMPLE_REFRESH_TOKEN,
  })
  readonly refresh_token!: string;
}

import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { PATTERNS } from '../../../http/openapi/patterns.js';
import { HasAtMost } from '../../../http/validation/rules.js';
import { OAuthClientFields } from './oauth-client-fields.js';
import { EXAMPLE_REFRESH_TOKEN } from './token.dto.js';

const REFRESH_TOKEN_MAX = 200;

export class RefreshDto extends OAuthClientFields {
  @ApiProperty({
    maxLength: REFRESH_TOKEN_MAX,
    pattern: PATTERNS.base64Url,
    description: 'The last one that was issued.',
    example: EXAMPLE_REFRESH_TOKEN,
  })
  @HasAtMost(REFRESH_TOKEN_MAX)
  @IsString()
  readonly refresh_token!: string;
}

import { TextField } from '../../../http/openapi/fields.js';
import { PATTERNS } from '../../../http/openapi/patterns.js';
import { OAuthParameters } from '../../../http/validation/dto.pipe.js';
import { EXAMPLE_REFRESH_TOKEN } from './token.dto.js';

const REFRESH_TOKEN_MAX = 200;

@OAuthParameters()
export class RefreshDto {
  @TextField(REFRESH_TOKEN_MAX, {
    pattern: PATTERNS.base64Url,
    description: 'The latest refresh token of the session.',
    example: EXAMPLE_REFRESH_TOKEN,
  })
  readonly refresh_token!: string;
}

import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { HasAtMost } from '../../common/validation/rules.js';
import { OAuthClientFields } from './oauth-client-fields.js';

const REFRESH_TOKEN_MAX = 200;

export class RefreshDto extends OAuthClientFields {
  @ApiProperty({ maxLength: REFRESH_TOKEN_MAX, description: 'The last one that was issued.' })
  @HasAtMost(REFRESH_TOKEN_MAX)
  @IsString()
  readonly refresh_token!: string;
}

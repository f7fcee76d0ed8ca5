import { ApiHideProperty } from '@nestjs/swagger';
import { Allow } from 'class-validator';

/** What OAuth 2 clients send beside the credentials (RFC 6749, 4.3.2 and 6), which is ignored. */
export abstract class OAuthClientFields {
  @ApiHideProperty()
  @Allow()
  readonly grant_type?: unknown;

  @ApiHideProperty()
  @Allow()
  readonly scope?: unknown;

  @ApiHideProperty()
  @Allow()
  readonly client_id?: unknown;

  @ApiHideProperty()
  @Allow()
  readonly client_secret?: unknown;
}

import { applyDecorators, SetMetadata, type Type } from '@nestjs/common';
import { ApiSchema, type ApiSchemaOptions } from '@nestjs/swagger';

const IS_OAUTH = 'oauthParameters';

/**
 * A body for clients of OAuth 2: what is not known is ignored,
 * and what is empty counts as left out (RFC 6749, 3.2).
 */
export const OAuthParameters = () =>
  applyDecorators(SetMetadata(IS_OAUTH, true), ApiSchema({ additionalProperties: true } as ApiSchemaOptions));

export function isOAuth(dto: Type<object>): boolean {
  return Reflect.hasMetadata(IS_OAUTH, dto);
}

import { ApiProperty } from '@nestjs/swagger';

/** An access token response (RFC 6749, 5.1). */
export class TokenDto {
  @ApiProperty({ example: 'eyJhbGciOiJIUzI1NiIs…' })
  readonly access_token!: string;

  @ApiProperty({ enum: ['bearer'] })
  readonly token_type!: 'bearer';

  @ApiProperty({ description: 'Seconds until the token expires.', example: 3600 })
  readonly expires_in!: number;

  @ApiProperty({ description: 'For POST /refresh, once. Keep it as secret as a password.' })
  readonly refresh_token!: string;
}

import { ApiProperty } from '@nestjs/swagger';
import type { Account } from '../user.administration.js';
import { UserResponseDto } from './user-response.dto.js';

/** A user as admins see them. */
export class AccountResponseDto extends UserResponseDto {
  @ApiProperty() readonly is_active!: boolean;

  static override from(user: Account): AccountResponseDto {
    return { ...UserResponseDto.from(user), is_active: user.isActive };
  }
}

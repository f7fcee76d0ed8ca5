import { ApiProperty } from '@nestjs/swagger';
import { jsonOf, timestamp } from '../../database/json.js';
import { UserResponseDto } from './user-response.dto.js';

/** A user as admins see them. */
export class AccountResponseDto extends UserResponseDto {
  @ApiProperty() readonly is_active!: boolean;

  /** How PostgreSQL writes it, from a row of `users`. */
  static readonly json = jsonOf<AccountResponseDto>({
    id: 'id',
    username: 'username',
    role: 'role',
    created_at: timestamp('created_at'),
    is_active: 'is_active',
  });
}

import { ApiProperty } from '@nestjs/swagger';
import { flag, jsonOf, number, text, time } from '../../database/json.js';
import { UserResponseDto } from './user-response.dto.js';

/** A user as admins see them. */
export class AccountResponseDto extends UserResponseDto {
  @ApiProperty() readonly is_active!: boolean;

  /** SQL on a row of `users`. */
  static readonly json = jsonOf<AccountResponseDto>({
    id: number('id'),
    username: text('username'),
    role: text('role'),
    created_at: time('created_at'),
    is_active: flag('is_active'),
  });
}

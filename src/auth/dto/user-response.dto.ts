import { ApiProperty } from '@nestjs/swagger';
import { ApiId, ApiLine, ApiTimestamp } from '../../http/openapi/api-properties.js';
import { type Role, ROLES } from '../access/role.js';
import { USERNAME_MAX } from '../../config/env.js';

export class UserResponseDto {
  @ApiId({ example: 2 }) readonly id!: number;
  @ApiLine(USERNAME_MAX, { example: 'customer1' }) readonly username!: string;
  @ApiProperty({ enum: ROLES, example: 'customer' }) readonly role!: Role;
  @ApiTimestamp() readonly created_at!: string;

  /** Lists the members, so that no other column of the entity can reach a client. */
  static from(user: { id: number; username: string; role: Role; createdAt: Date }): UserResponseDto {
    return {
      id: user.id,
      username: user.username,
      role: user.role,
      created_at: user.createdAt.toISOString(),
    };
  }
}

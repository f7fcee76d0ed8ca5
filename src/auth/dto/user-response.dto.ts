import { ApiProperty } from '@nestjs/swagger';
import { type Role, ROLES } from '../role.js';

export class UserResponseDto {
  @ApiProperty({ type: 'integer', minimum: 1, example: 2 })
  readonly id!: number;

  @ApiProperty({ example: 'customer1' })
  readonly username!: string;

  @ApiProperty({ enum: ROLES, example: 'customer' })
  readonly role!: Role;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  readonly created_at!: string;

  /** Names every member, so that a column added to the entity never reaches a client by itself. */
  static from(user: { id: number; username: string; role: Role; createdAt: Date }): UserResponseDto {
    return {
      id: user.id,
      username: user.username,
      role: user.role,
      created_at: user.createdAt.toISOString(),
    };
  }
}

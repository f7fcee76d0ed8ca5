import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn } from 'class-validator';
import { IsOptionalButNotNull } from '../../http/validation/rules.js';
import { type Role, ROLES } from '../access/role.js';

export class UpdateUserDto {
  @ApiPropertyOptional({ enum: ROLES, example: 'admin' })
  @IsIn(ROLES)
  @IsOptionalButNotNull()
  readonly role?: Role;

  @ApiPropertyOptional({ description: 'A deactivated user cannot sign in, and their sessions end.' })
  @IsBoolean()
  @IsOptionalButNotNull()
  readonly is_active?: boolean;
}

import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean } from 'class-validator';
import { PageQueryDto } from '../../pagination/page-query.dto.js';
import { FromBooleanWord } from '../../http/validation/rules.js';

export class ListProductsQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ default: false, description: 'Inactive products too; for admins only.' })
  @IsBoolean()
  @FromBooleanWord()
  readonly include_inactive: boolean = false;
}

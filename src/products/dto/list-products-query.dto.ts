import { BooleanField } from '../../http/openapi/fields.js';
import { FromBooleanWord } from '../../common/rules.js';
import { PageQueryDto } from '../../pagination/page-query.dto.js';

export class ListProductsQueryDto extends PageQueryDto {
  @BooleanField({ required: false, default: false, description: 'Inactive products too; for admins only.' })
  @FromBooleanWord()
  readonly include_inactive: boolean = false;
}

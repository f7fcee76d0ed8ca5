import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Roles } from '../auth/access/roles.decorator.js';
import { AUDITS } from './audits-observed.js';
import { auditStock } from './stock.auditor.js';
import { StockAuditResponseDto } from './stock-audit-response.dto.js';

@ApiTags('Audit')
@Controller('audit')
export class AuditController {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  @ApiOperation({
    operationId: 'auditStock',
    summary: 'Prove that no unit was sold twice or lost',
    description: 'Compares, in one snapshot, what was put in with what live orders hold and what is left.',
  })
  @ApiOkResponse({ type: StockAuditResponseDto, description: 'Whether the stock adds up.' })
  @Roles('admin')
  @Get('stock')
  async stock(): Promise<StockAuditResponseDto> {
    return StockAuditResponseDto.from(await AUDITS.run(undefined, () => auditStock(this.dataSource)));
  }
}

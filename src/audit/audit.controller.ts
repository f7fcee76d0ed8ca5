import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../auth/access/roles.decorator.js';
import { StockAuditor } from './stock.auditor.js';
import { StockAuditResponseDto } from './stock-audit-response.dto.js';

@ApiTags('Audit')
@Controller('audit')
export class AuditController {
  constructor(private readonly auditor: StockAuditor) {}

  @ApiOperation({
    operationId: 'auditStock',
    summary: 'Prove that no unit was sold twice or lost',
    description: 'Compares, in one snapshot, what was put in with what live orders hold and what is left.',
  })
  @ApiOkResponse({ type: StockAuditResponseDto, description: 'Whether the stock adds up.' })
  @Roles('admin')
  @Get('stock')
  async stock(): Promise<StockAuditResponseDto> {
    return StockAuditResponseDto.from(await this.auditor.audit());
  }
}

import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../auth/access/roles.decorator.js';
import { DatabaseReader } from '../database/database.reader.js';
import { auditStock } from './audit-stock.js';
import { StockAuditResponseDto } from './stock-audit-response.dto.js';

@ApiTags('Audit')
@Controller('audit')
export class AuditController {
  constructor(private readonly database: DatabaseReader) {}

  @ApiOperation({
    operationId: 'auditStock',
    summary: 'Audit the stock',
    description:
      'Checks, in one snapshot of the database, whether the stock of every product equals the units put ' +
      'in less the units in live orders.',
  })
  @ApiOkResponse({ type: StockAuditResponseDto, description: 'The result of the audit.' })
  @Roles('admin')
  @Get('stock')
  stock(): Promise<StockAuditResponseDto> {
    return auditStock(this.database);
  }
}

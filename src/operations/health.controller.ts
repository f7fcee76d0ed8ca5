import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Public } from '../auth/decorators/access.decorators.js';
import { ServiceBusyError } from '../common/errors/domain-error.js';
import { Shutdown } from './shutdown.js';

class HealthDto {
  @ApiProperty({ enum: ['ok'] })
  readonly status!: 'ok';
}

@ApiTags('Operations')
@Controller('health')
export class HealthController {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly shutdown: Shutdown,
  ) {}

  @ApiOperation({
    operationId: 'getLiveness',
    summary: 'Is the process running?',
    description: 'Asks nothing of the database.',
  })
  @ApiOkResponse({ type: HealthDto, description: 'Yes.' })
  @Public()
  @Header('cache-control', 'no-store')
  @Get('live')
  live(): HealthDto {
    return { status: 'ok' };
  }

  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Can it take requests now?',
    description: 'Asks the database; 503 also while the service stops.',
  })
  @ApiOkResponse({ type: HealthDto, description: 'Yes.' })
  @Public()
  @Header('cache-control', 'no-store')
  @Get('ready')
  async ready(): Promise<HealthDto> {
    if (this.shutdown.hasBegun) throw new ServiceBusyError();
    await this.dataSource.query('SELECT 1');
    return { status: 'ok' };
  }
}

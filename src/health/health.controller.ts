import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Public } from '../http/access.decorators.js';
import { ServiceBusyError } from '../common/domain-error.js';
import { ReadinessProbe } from './readiness.probe.js';

class HealthDto {
  @ApiProperty({ enum: ['ok'] }) readonly status!: 'ok';
}

/** Not limited by RATE_LIMIT_PER_MINUTE. */
@ApiTags('Operations')
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: ReadinessProbe) {}

  @ApiOperation({
    operationId: 'getLiveness',
    summary: 'Is the process running?',
    description: 'Asks nothing of the database.',
  })
  @ApiOkResponse({ type: HealthDto, description: 'Yes.' })
  @Public()
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
  @Get('ready')
  async ready(): Promise<HealthDto> {
    if (!(await this.readiness.isReady())) throw new ServiceBusyError();
    return { status: 'ok' };
  }
}

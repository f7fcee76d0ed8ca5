import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Public } from '../http/access.decorators.js';
import { ServiceBusyError } from '../common/domain-error.js';
import { ReadinessProbe } from './readiness.probe.js';

class HealthDto {
  @ApiProperty({ enum: ['ok'] }) readonly status!: 'ok';
}

@ApiTags('Operations')
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: ReadinessProbe) {}

  @ApiOperation({
    operationId: 'getLiveness',
    summary: 'Check liveness',
    description: 'Tells whether the process is running. Does not use the database.',
  })
  @ApiOkResponse({ type: HealthDto, description: 'The process is running.' })
  @Public()
  @Get('live')
  live(): HealthDto {
    return { status: 'ok' };
  }

  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Check readiness',
    description:
      'Tells whether the service can take requests now. Checks the database; 503 while it is ' +
      'unavailable, and while the service is stopping.',
  })
  @ApiOkResponse({ type: HealthDto, description: 'The service can take requests.' })
  @Public()
  @Get('ready')
  async ready(): Promise<HealthDto> {
    if (!(await this.readiness.isReady())) throw new ServiceBusyError();
    return { status: 'ok' };
  }
}

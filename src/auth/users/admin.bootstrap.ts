import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Env } from '../../config/env.js';
import { UsersService } from './users.service.js';

/** Creates the admin of `ADMIN_USERNAME` and `ADMIN_PASSWORD` at start. */
@Injectable()
export class AdminBootstrap implements OnApplicationBootstrap {
  private readonly logger = new Logger(AdminBootstrap.name);

  constructor(
    @Inject(Env) private readonly env: Env,
    private readonly users: UsersService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { ADMIN_USERNAME, ADMIN_PASSWORD, ADMIN_SIGNUP } = this.env;
    if (ADMIN_USERNAME !== undefined && ADMIN_PASSWORD !== undefined) {
      const isAdmin = await this.users.ensureAdmin(ADMIN_USERNAME, ADMIN_PASSWORD);
      if (!isAdmin) this.logger.warn('The user named by ADMIN_USERNAME exists but is not an active admin.');
    } else if (ADMIN_SIGNUP === 'closed') {
      this.logger.log(
        'ADMIN_SIGNUP is closed and ADMIN_USERNAME is not set: only existing admins can register admins.',
      );
    }
  }
}

import { hash, verify } from '@node-rs/argon2';
import { Inject, Injectable } from '@nestjs/common';
import { availableParallelism } from 'node:os';
import { BoundedSemaphore } from '../../common/bounded-semaphore.js';
import { Env } from '../../config/env.js';

/** OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const PREFIX_OF_CURRENT_HASHES = '$argon2id$v=19$m=19456,t=2,p=1$';

/**
 * Hashes and checks passwords on native threads, at most one per core, so that logins do not block the event
 * loop. Passwords are compared in NFKC, as names are.
 */
@Injectable()
export class PasswordHasher {
  private readonly turns: BoundedSemaphore;
  /** Checked for an unknown name, so that it takes as long as a known one. */
  private readonly decoy = hash('no user has this password', PARAMETERS);

  constructor(@Inject(Env) { PASSWORD_QUEUE_MAX: waitingMax }: Pick<Env, 'PASSWORD_QUEUE_MAX'>) {
    const slots = availableParallelism();
    this.turns = new BoundedSemaphore({ slots, waitingMax, waitMsMax: 5_000 });
  }

  /** @throws ServiceBusyError if too many are waiting. */
  hash(password: string): Promise<string> {
    return this.turns.run(() => hash(password.normalize('NFKC'), PARAMETERS));
  }

  /**
   * Takes the same time with and without a hash. Comes before waiting calls of `hash`, so that a flood of
   * registrations does not keep users from signing in.
   * @throws ServiceBusyError if too many are waiting.
   */
  async matches(password: string, passwordHash: string | undefined): Promise<boolean> {
    const expected = passwordHash ?? (await this.decoy);
    const isMatch = await this.turns.run(() => verify(expected, password.normalize('NFKC')), true);
    return isMatch && passwordHash !== undefined;
  }

  /** Whether a hash was made with other parameters than the current ones. */
  isOutdated(passwordHash: string): boolean {
    return !passwordHash.startsWith(PREFIX_OF_CURRENT_HASHES);
  }
}

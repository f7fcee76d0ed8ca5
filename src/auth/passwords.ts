import { hash, verify } from '@node-rs/argon2';
import { Injectable } from '@nestjs/common';
import { availableParallelism } from 'node:os';
import { BoundedSemaphore } from '../common/bounded-semaphore.js';

/** OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * Hashes and checks passwords on native threads, as many at once as there are cores, so that a
 * burst of logins leaves the event loop alone. Passwords are compared in NFKC, as names are.
 */
@Injectable()
export class Passwords {
  private readonly turns = new BoundedSemaphore({
    slots: availableParallelism(),
    waitingMax: 200,
    waitMsMax: 5_000,
  });
  /** What an unknown name is checked against, so that it takes as long as a known one. */
  private readonly decoy = this.hash('no user has this password');

  /** @throws ServiceBusyError when too many are waiting. */
  hash(password: string): Promise<string> {
    return this.turns.run(() => hash(password.normalize('NFKC'), PARAMETERS));
  }

  /**
   * Takes the same time whether there is a hash or not.
   * @throws ServiceBusyError when too many are waiting.
   */
  async matches(password: string, passwordHash: string | undefined): Promise<boolean> {
    const expected = passwordHash ?? (await this.decoy);
    const isMatch = await this.turns.run(() => verify(expected, password.normalize('NFKC')));
    return isMatch && passwordHash !== undefined;
  }
}

import { Injectable } from '@nestjs/common';

/** Whether the process has begun to stop: it finishes what it has and takes nothing new. */
@Injectable()
export class ShutdownState {
  private begun = false;

  get hasBegun(): boolean {
    return this.begun;
  }

  begin(): void {
    this.begun = true;
  }
}

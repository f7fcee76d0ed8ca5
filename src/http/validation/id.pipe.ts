import { Injectable, type PipeTransform } from '@nestjs/common';
import { ValidationFailedError } from '../../common/domain-error.js';
import { ID_MAX } from './rules.js';

/** Accepts digits without a sign or leading zeros, up to `ID_MAX`. */
@Injectable()
export class IdPipe implements PipeTransform<unknown, number> {
  transform(value: unknown): number {
    const id = typeof value === 'string' && /^[1-9]\d{0,15}$/.test(value) ? Number(value) : Infinity;
    if (id > ID_MAX) {
      const message = `must be an integer from 1 to ${ID_MAX}`;
      throw new ValidationFailedError([{ pointer: '/id', location: 'path', code: 'not-an-id', message }]);
    }
    return id;
  }
}

import { describe, expect, it } from '@jest/globals';
import { readOptions } from './options.js';

const SERVER = 'postgresql://somebody:secret@db.example';

// Guarantees that a storm follows its flags, and never runs on a database that matters.
describe('the options of a storm', () => {
  it('has a default for everything', () => {
    expect(readOptions([])).toMatchObject({
      seconds: 60,
      clients: 24,
      faults: ['kill', 'terminate', 'restart', 'freeze', 'drop-commit', 'hold-row'],
      stopsEarly: false,
    });
  });

  it('takes some faults or none; on an external server, all but restart', () => {
    expect(readOptions(['--faults', 'kill,freeze'])).toMatchObject({ faults: ['kill', 'freeze'] });
    expect(readOptions(['--faults', 'none'])).toMatchObject({ faults: [] });
    expect(readOptions(['--database-url', `${SERVER}/storm`])).toMatchObject({
      faults: ['kill', 'terminate', 'freeze', 'drop-commit', 'hold-row'],
    });
  });

  it.each([
    ['--seconds', '0'],
    ['--seconds', '86401'],
    ['--seconds', '1e3'],
    ['--clients', '257'],
    ['--seed', '-1'],
    ['--faults', 'kill,earthquake'],
    ['--database-url', `${SERVER}/shop`],
    ['--database-url', 'somewhere/storm'],
    ['--wind', '9'],
  ])('refuses %s %s and says what is right', (...args) => {
    expect(() => readOptions(args)).toThrow(args[0]);
  });

  it('refuses to restart an external server', () => {
    const args = ['--faults', 'restart', '--database-url', `${SERVER}/test`];
    expect(() => readOptions(args)).toThrow('needs the embedded server');
  });

  it('never repeats the password', () => {
    expect.assertions(1);
    try {
      readOptions(['--database-url', `${SERVER}/shop`]);
    } catch (error) {
      expect(String(error)).not.toContain('secret');
    }
  });
});

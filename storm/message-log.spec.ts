import { describe, expect, it } from '@jest/globals';
import { EventLog, type LoggedEvent } from './event-log.js';
import { MessageLog } from './message-log.js';

const event = (id: number, units = 5): LoggedEvent => ({
  id,
  type: 'product.restocked',
  data: { id: 1, stock_quantity: units },
});

/** Checks events that were all accepted against a log of three. */
const judge = (...events: LoggedEvent[]) => {
  const log = new EventLog('one');
  for (const id of [1, 2, 3]) log.note(event(id));
  const messages = new MessageLog();
  for (const one of events) {
    messages.note(one.id, JSON.stringify(one));
    messages.accept(one.id);
  }
  messages.compare(log);
  return messages.violations.map(({ text }) => text.replace(" at the webhook's receiver:", ''));
};

// Guarantees that a storm finds webhook messages that are missing, too early or made up.
describe('the check of webhook messages', () => {
  it('accepts events that are repeated together with all that follow', () => {
    expect(judge(event(1), event(2), event(2), event(1), event(2), event(3))).toEqual([]);
  });

  it('reports events that were skipped', () => {
    expect(judge(event(1), event(3))).toEqual([
      'out of order event 3 came before 2 was accepted',
      'missing event 2 was never accepted',
    ]);
  });

  it('reports events out of order, even if none is missing', () => {
    expect(judge(event(2), event(1), event(3))).toEqual(['out of order event 2 came before 1 was accepted']);
  });

  it('reports an event that was sent but not accepted', () => {
    const messages = new MessageLog();
    const log = new EventLog('one');
    log.note(event(1));
    messages.note(1, JSON.stringify(event(1)));
    messages.compare(log);

    expect(messages.summary).toMatch(/^webhooks missing: 1, out of order: 0, made up: 0$/m);
  });

  it('reports events that are not in the log, or differ from it', () => {
    expect(judge(event(1), event(2), event(3), event(4))).toEqual([
      'made up event 4 is not what the log has',
    ]);
    expect(judge(event(1), event(2), event(2, 6), event(3))).toEqual([
      'made up event 2 came again with another content',
    ]);
    expect(judge(event(1, 6), event(2), event(3))).toEqual(['made up event 1 is not what the log has']);
  });
});

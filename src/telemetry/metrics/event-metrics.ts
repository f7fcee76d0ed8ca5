import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Counter, Histogram } from 'prom-client';
import { NUMBERINGS } from '../../events/event.sequencer.js';
import { EventStreams } from '../../events/event.streams.js';
import { EventTail } from '../../events/event.tail.js';
import { measure } from './measure.js';

/** The log is numbered at least every five seconds, even without readers. */
export function watchNumbering(): void {
  const numbered = new Counter({ name: 'events_numbered_total', help: 'Events that were numbered.' });
  const lags = new Histogram({
    name: 'events_numbering_lag_seconds',
    help: 'Age of the oldest change of a batch when it was numbered.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
  });
  NUMBERINGS.watch(async (work) => {
    const batch = await work();
    numbered.inc(batch.events);
    if (batch.rows > 0) lags.observe(batch.lagSeconds);
    return batch;
  });
}

export function measureStreams(app: NestFastifyApplication): void {
  const [streams, tail] = [app.get(EventStreams), app.get(EventTail)];
  measure('event_streams', 'Open streams of events.', () => streams.count);
  const limitHelp = 'Largest number of streams (EVENT_STREAMS_MAX); more are refused.';
  measure('event_streams_limit', limitHelp, () => streams.limit);
  new Counter({
    name: 'event_stream_bytes_cut_total',
    help: 'Bytes dropped when readers that fell too far behind were disconnected.',
    collect() {
      this.reset();
      this.inc(tail.bytesCut);
    },
  });
}

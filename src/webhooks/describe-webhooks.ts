import type { OpenAPIObject, ParameterObject, SchemaObject } from '@nestjs/swagger';
import { EVENT_SCHEMAS } from '../events/event-schemas.js';
import { EVENT_TYPES } from '../events/event-types.js';

const header = (name: string, description: string, schema: SchemaObject): ParameterObject => ({
  name,
  in: 'header',
  required: true,
  description,
  schema,
});

const HEADERS = [
  header('webhook-id', 'The same for every delivery of the event. Ignore ids that you have processed.', {
    type: 'string',
    maxLength: 20,
    pattern: '^evt_[1-9][0-9]*$',
    example: 'evt_18',
  }),
  header('webhook-timestamp', 'When the message was sent, in seconds since 1970. Refuse old ones.', {
    type: 'integer',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    example: 1_769_860_800,
  }),
  header(
    'webhook-signature',
    'HMAC-SHA256 of id, timestamp and body (Standard Webhooks), one for each valid secret.',
    {
      type: 'string',
      maxLength: 100,
      pattern: '^v1,[A-Za-z0-9+/]{43}=( v1,[A-Za-z0-9+/]{43}=)?$',
      example: 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
    },
  ),
];

/** The messages that endpoints get, by event type. */
export function describeWebhooks(): NonNullable<OpenAPIObject['webhooks']> {
  const described = EVENT_TYPES.map((type, index) => {
    const operation = {
      // `order.placed` is `receiveOrderPlaced`.
      operationId: `receive.${type}`.replace(/[.](.)/g, (_, letter: string) => letter.toUpperCase()),
      summary: `Receive ${type}`,
      description:
        'Sent to your endpoint. Verify the signature, answer with 2xx within 5 s, then do the work.',
      tags: ['Webhooks'],
      security: [],
      parameters: HEADERS,
      requestBody: { required: true, content: { 'application/json': { schema: EVENT_SCHEMAS[index] } } },
      responses: {
        '2XX': { description: 'Accepted; the next event follows.' },
        '410': { description: 'The endpoint wants no more events and is switched off.' },
        default: { description: 'Not accepted; the same event is sent again after a pause.' },
      },
    };
    return [type, { post: operation }];
  });
  return Object.fromEntries(described) as ReturnType<typeof describeWebhooks>;
}

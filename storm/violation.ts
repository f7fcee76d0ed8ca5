/** The promises that a storm can find broken, in the words of the verdict. */
export const STORM_PROMISES = {
  S1: 'stock is what was put in less what live orders hold, and never below zero',
  S2: 'every acknowledged order is stored once, as it was answered',
  S3: 'nothing that was refused has taken stock',
  S4: 'every answer is a documented one within 10 s; service is back 5 s after a fault',
  H3: 'an order that is not confirmed in time expires, and its stock is returned once',
  D1: 'nothing is sold before its sale begins',
  D2: 'no customer has more than the limit; what they have is counted right',
  I1: 'a write with a key has one effect, however often it is sent',
  O5: 'the prices on an order were in force while it was placed',
  V1: 'every change is in the event log once, and no effect comes before its cause',
  K1: 'a webhook is sent every event, signed and in order, and nothing else',
  O6: 'a status agrees with the answers; an order is cancelled once',
} as const;

export interface Violation {
  readonly promise: keyof typeof STORM_PROMISES;
  /** What exactly is wrong. */
  readonly text: string;
}

/** Arbitrary numbers that differ from each other. */
export const ADVISORY_LOCKS = {
  /** Held as long as a process owns the embedded server. */
  embeddedOwner: 731_001,
  /** Held while migrations run, so that many processes may start at once. */
  migrations: 731_002,
  /** Held while the first admin registers, so that two concurrent requests make only one. */
  firstAdmin: 731_003,
  /** Held while the demo catalogue is written. */
  seed: 731_004,
  /** Held while an admin is demoted, so that the last two cannot demote each other. */
  lastAdmin: 731_005,
  /** Held while expired orders are cancelled, so that only one process does it at a time. */
  expirySweep: 731_006,
  /** Held while events are numbered, so that only one process does it at a time. */
  eventSequencer: 731_007,
  /** Held while a webhook endpoint is added, so that their limit holds. */
  webhookEndpoints: 731_008,
} as const;

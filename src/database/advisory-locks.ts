/** The numbers only have to differ from each other and from those of others in a shared database. */
export const ADVISORY_LOCKS = {
  /** Held for as long as a process runs the embedded server. */
  embeddedOwner: 731_001,
  /** Held while migrations run, so that many processes may start at once. */
  migrations: 731_002,
  /** Held while the first admin registers, so that two at once make one. */
  firstAdmin: 731_003,
  /** Held while the demo catalogue is written. */
  seed: 731_004,
  /** Held while an admin loses that right, so that the last two cannot do it to each other. */
  lastAdmin: 731_005,
  /** Held while expired orders are cancelled, so that one process at a time does it for all. */
  expirySweep: 731_006,
  /** Held while events are numbered, so that one process at a time does it. */
  eventSequencer: 731_007,
  /** Held while a webhook endpoint is added, so that their number stays bounded. */
  webhookEndpoints: 731_008,
} as const;

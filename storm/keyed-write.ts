import { NEVER, now, pause } from './clock.js';
import { type Answered, changeOutcomeOf, outcomeOf } from './fate.js';
import type { ChangeOutcome } from './history.js';
import type { Random } from './random.js';
import type { StormedService } from './service-process.js';
import type { Shop, ShopAsk } from './shop.js';

/** How long a client keeps retrying to learn the outcome. */
const PATIENCE_MS = 30_000;

/** The final knowledge of a client about a write. */
export interface Written {
  readonly startedAt: number;
  /** When it was first known to be done, otherwise when the client gave up. */
  readonly endedAt: number;
  readonly outcome: ChangeOutcome;
}

/** Sends the same request until its outcome is known. Impatient clients ask both processes at once. */
export async function sendUntilKnown(
  { services }: Shop,
  random: Random,
  attempt: (service: StormedService) => Promise<void>,
  isKnown: () => boolean,
): Promise<void> {
  const giveUpAt = now() + PATIENCE_MS;
  const atOnce = random.chance(0.05) ? services : [random.pick(services)];
  await Promise.all(atOnce.map(attempt));
  while (!isKnown() && now() < giveUpAt) {
    await pause(random.between(20, 200), NEVER);
    await attempt(random.pick(services));
  }
}

/**
 * Sends a write with a key until its outcome is known, and sometimes once more, as if the answer were lost.
 */
export async function write(
  shop: Shop,
  random: Random,
  ask: ShopAsk & { readonly key: string },
): Promise<Written> {
  const answers: Answered[] = [];
  const ids = new Set<unknown>();
  const attempt = async (service: StormedService) => {
    const reply = await shop.ask(service, ask);
    const outcome = changeOutcomeOf(reply);
    answers.push({ startedAt: reply.startedAt, endedAt: reply.endedAt, outcome });
    if (outcome === 'done') ids.add(reply.body.id);
  };
  const startedAt = now();
  await sendUntilKnown(shop, random, attempt, () => outcomeOf(answers) !== 'unknown');
  if (random.chance(0.15)) await attempt(random.pick(shop.services));
  const doneAt = Math.min(...answers.filter(({ outcome }) => outcome === 'done').map((one) => one.endedAt));
  const isForgotten = answers.some((one) => one.outcome === 'refused' && one.startedAt > doneAt);
  const faults = [
    ...(ids.size > 1 ? [`has written ${[...ids].join(', ')}`] : []),
    ...(isForgotten ? ['was done, and refused when it was sent again'] : []),
  ];
  for (const fault of faults) {
    shop.history.noteViolation({ promise: 'I1', text: `${ask.route} under key ${ask.key} ${fault}` });
  }
  return { startedAt, endedAt: doneAt === Infinity ? now() : doneAt, outcome: outcomeOf(answers) };
}

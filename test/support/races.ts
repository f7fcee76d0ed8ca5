/** The number of rounds; `npm run test:security` configures 200. */
export const { RACES = 40 } = globalThis as { RACES?: number };
/** Races that run at the same time. */
const AT_ONCE = 10;

/** Runs a race for each prepared item, some at the same time. */
export async function raceEach<Prepared>(
  prepared: readonly Prepared[],
  run: (one: Prepared, index: number) => Promise<void>,
): Promise<void> {
  for (let first = 0; first < prepared.length; first += AT_ONCE) {
    const next = prepared.slice(first, first + AT_ONCE);
    await Promise.all(next.map((one, index) => run(one, first + index)));
  }
}

import { parseArgs } from 'node:util';

type Options = Record<'clients' | 'restarts' | 'failovers', number>;

const HELP = `npm run test:failover -- [options]

  --clients N     buyers, 0 to 256 (16)
  --restarts N    how often each service is restarted, 0 to 50 (2)
  --failovers N   how often the primary is killed, 0 to 20 (3)`;

/** The options of the command line; a mistake ends the script. */
export function readOptions(args: string[]): Options {
  try {
    const option = { type: 'string' } as const;
    const options = { clients: option, restarts: option, failovers: option };
    const { clients, restarts, failovers } = parseArgs({ args, options }).values;
    return {
      clients: integer(clients, 16, 256),
      restarts: integer(restarts, 2, 50),
      failovers: integer(failovers, 3, 20),
    };
  } catch {
    console.error(HELP);
    process.exit(1);
  }
}

function integer(text: string | undefined, standard: number, max: number): number {
  const value = Number(text ?? standard);
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new Error();
}

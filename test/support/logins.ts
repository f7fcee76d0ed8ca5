import type { ProblemBody, TokenBody } from './api-types.js';
import type { Answer, Client } from './client.js';

/** Low limits: 3 for an account and an address, 6 for an account, 8 for an address. */
export const LIMITS = {
  LOGIN_FAILURES_PER_ACCOUNT_AND_ADDRESS: '3',
  LOGIN_FAILURES_PER_ACCOUNT: '6',
  LOGIN_FAILURES_PER_ADDRESS: '8',
  LOGIN_FAILURE_WINDOW: '600',
};

type Login = Answer<ProblemBody & TokenBody>;
interface Try {
  readonly username: string;
  readonly password?: string;
  readonly from: string;
}

let addresses = 0;
/** A new client address. */
export const somewhere = () => `198.18.${Math.floor((addresses += 1) / 250)}.${1 + (addresses % 250)}`;

/** Logins from any client address, in a world that trusts the tests' own address as a proxy. */
export function loginsIn({ anyone }: { readonly anyone: Client }) {
  const logIn = ({ username, password = 'wrong', from }: Try, client = anyone): Promise<Login> =>
    client.post('/login', { username, password }, { headers: { 'x-forwarded-for': from } });

  const fail = async (times: number, attempt: Try, client = anyone): Promise<number[]> => {
    const statuses: number[] = [];
    for (let n = 0; n < times; n += 1) statuses.push((await logIn(attempt, client)).status);
    return statuses;
  };

  return { logIn, fail };
}

// A client that asks questions one after another over one connection.
import { Agent, request } from 'node:http';
import { ADMIN_ID } from '../catalogue.mjs';
import { Tokens } from '../tokens.mjs';
import { HALF, HUNDRED } from './seed.mjs';

const WALK_LIMIT = 100;
const CALLERS = { admin: ADMIN_ID, half: HALF.customer, hundred: HUNDRED.customer };

/**
 * @typedef {import('./questions.mjs').Question} Question
 * @typedef {{ pagination: { next_cursor: string } }} Page
 */

export class Asker {
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
  /** @type {Map<Question, string>} */
  #paths = new Map();
  /** @type {Map<string, string>} */
  #signed = new Map();

  /** @param {string} url of the service @param {string} secret @param {import('./seed.mjs').Size} size */
  constructor(url, secret, size) {
    this.url = url;
    this.size = size;
    this.tokens = new Tokens(secret);
  }

  /** Finds the path of a question. Gets a deep cursor the way clients do. @param {Question} question */
  async prepare(question) {
    const { path, lengthIn } = question;
    const cursor = lengthIn && (await this.#cursorBehind(lengthIn(this.size) / 2, question));
    this.#paths.set(question, cursor ? `${path}&cursor=${cursor}` : path);
  }

  /** @param {Question} question @returns {Promise<number>} milliseconds until the answer was there. */
  async time(question) {
    const startedAt = performance.now();
    await this.#get(/** @type {string} */ (this.#paths.get(question)), question.caller);
    return performance.now() - startedAt;
  }

  close() {
    this.agent.destroy();
  }

  /** @param {number} rows @param {Question} question @returns {Promise<string>} */
  async #cursorBehind(rows, { path, caller }) {
    const walked = path.replace('limit=10', `limit=${WALK_LIMIT}`);
    let cursor = '';
    for (let seen = 0; seen < rows; seen += WALK_LIMIT) {
      const page = await this.#get(cursor ? `${walked}&cursor=${cursor}` : walked, caller);
      cursor = /** @type {Page} */ (JSON.parse(page)).pagination.next_cursor;
    }
    return cursor;
  }

  /** @param {string} path @param {Question['caller']} caller @returns {Promise<string>} */
  #get(path, caller) {
    const headers = caller === 'nobody' ? {} : { authorization: `Bearer ${this.#tokenOf(caller)}` };
    return new Promise((resolve, reject) => {
      const sent = request(this.url + path, { agent: this.agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => (text += chunk));
        response.on('end', () => {
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`${path} was answered with ${response.statusCode}.`));
        });
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  /** @param {keyof typeof CALLERS} caller */
  #tokenOf(caller) {
    const token = this.#signed.get(caller) ?? this.tokens.sign(CALLERS[caller]);
    this.#signed.set(caller, token);
    return token;
  }
}

import pg from 'pg';
import { KEPT_BY_POOLERS, NO_LIMITS, PREFERRED, RELIED_ON } from './session-settings.js';

export interface SessionConfig extends pg.ClientConfig {
  /** Added to the settings of all connections, or replacing them. */
  readonly settings?: Readonly<Record<string, string>>;
}

type Parse = (text: string) => unknown;
const parserOf = (type: number) => pg.types.getTypeParser(type, 'text') as Parse;
const [INTEGER, BIGINT, INTEGERS, BIGINTS] = [23, 20, 1007, 1016] as const;

/** Reads `bigint` as numbers: ids, amounts and stocks stay below 2^53. */
export const TYPES = new pg.TypeOverrides();
TYPES.setTypeParser(BIGINT, parserOf(INTEGER));
TYPES.setTypeParser(BIGINTS, parserOf(INTEGERS));

/** Missing in the types of pg. */
interface ClientInternals {
  readonly processID: number;
  readonly connection: { readonly stream: { destroy(): void } };
  getStartupConf(): Record<string, string>;
}

type ConnectCallback = (error: unknown, client?: pg.Client) => void;

/** Sets what our statements rely on, whatever the server, the database and the role have set. */
export class SessionClient extends pg.Client {
  /** Whether there is a pooler in between. Poolers report a made-up process id. */
  isPooled = false;
  private readonly settings: readonly [string, string][];

  constructor(config: SessionConfig = {}) {
    super({ types: TYPES, ...config });
    this.settings = Object.entries({ ...NO_LIMITS, ...RELIED_ON, ...PREFERRED, ...config.settings });
    // An error of an idle connection must not end the process. The next query reports it.
    this.on('error', () => undefined);
  }

  override connect(): Promise<this>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<this> | void {
    const connected = super.connect().then(() => this.setUp());
    if (!callback) return connected;
    connected.then(() => callback(null, this), callback);
  }

  /** Current queries fail as on a lost connection. */
  hangUp(): void {
    (this as unknown as ClientInternals).connection.stream.destroy();
  }

  protected getStartupConf(): Record<string, string> {
    const { prototype } = pg.Client as unknown as { prototype: ClientInternals };
    return { ...prototype.getStartupConf.call(this), ...KEPT_BY_POOLERS };
  }

  /** Lifts the time limit first: that of the role may be too short for the rest. */
  private async setUp(): Promise<this> {
    const { processID } = this as unknown as ClientInternals;
    const values = this.settings.map(([name, value]) => `('${name}', '${value}')`);
    try {
      const results = await super.query(`
        SET LOCAL statement_timeout = 0;
        SELECT set_config(name, value, is_pooled), is_pooled
          FROM (VALUES ${values.join(', ')}) AS setting (name, value),
               (SELECT pg_backend_pid() <> ${processID}) AS way (is_pooled)
         WHERE current_setting(name, true) IS NOT NULL`);
      const [, { rows }] = results as unknown as [unknown, pg.QueryResult<{ is_pooled: boolean }>];
      this.isPooled = rows[0]?.is_pooled ?? false;
      return this;
    } catch (error) {
      this.hangUp();
      throw error;
    }
  }
}

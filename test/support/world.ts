import { afterAll, beforeAll, expect } from '@jest/globals';
import { audit } from './audit.js';
import { type Answer, Client } from './client.js';
import type { OrderBody, ProblemBody, ProductBody, TokenBody, UserBody } from './api-types.js';
import { TestDatabase } from './database.js';
import { addPerson, PASSWORD } from './person.js';
import { ServiceProcess } from './service-process.js';

export { PASSWORD };

/** A user who is signed in. */
export interface Person extends UserBody {
  readonly client: Client;
  /** Orders this many units of each product, by id. */
  places(
    quantities: Record<number, number>,
    headers?: Record<string, string>,
  ): Promise<Answer<OrderBody & ProblemBody>>;
}

interface NewProduct {
  readonly name?: string;
  readonly price?: number;
  readonly stock?: number;
  readonly max_per_customer?: number;
  readonly sale_starts_at?: string;
  readonly sale_ends_at?: string;
}

/** A running service with its own empty database, and ways to bring it into a known state. */
export class World {
  database!: TestDatabase;
  service!: ServiceProcess;
  readonly anyone = new Client(() => this.service.url);
  private adminPromise: Promise<Person> | undefined;
  private count = 0;

  constructor(private readonly variables: Record<string, string> = {}) {}

  async setUp(): Promise<void> {
    this.database = await TestDatabase.create();
    await this.startService();
  }

  /** Stops the service; after all tests the stock has to add up. */
  async tearDown(): Promise<void> {
    await this.service.stop();
    const { balanced } = await audit(this.database);
    await this.database.leave();
    expect(balanced).toBe(true);
  }

  async startService(): Promise<void> {
    this.service = await ServiceProcess.start({ DATABASE_URL: this.database.url, ...this.variables });
  }

  /** Another process of the service on the same database. */
  secondService(variables: Record<string, string> = {}): Promise<ServiceProcess> {
    return ServiceProcess.start({ DATABASE_URL: this.database.url, ...this.variables, ...variables });
  }

  /** Asks another process with these variables twice, and returns the second response. */
  async secondAnswer<Given>(
    variables: Record<string, string>,
    call: (client: Client) => Promise<Given>,
  ): Promise<Given> {
    const service = await this.secondService(variables);
    const client = new Client(() => service.url);
    await call(client);
    return call(client).finally(() => service.stop());
  }

  clientOf(service: ServiceProcess, person: Person): Client {
    return new Client(() => service.url, person.client.token);
  }

  /** The first admin; the same one every time. */
  admin(): Promise<Person> {
    this.adminPromise ??= this.person('admin');
    return this.adminPromise;
  }

  /** An admin created by the first one. */
  async anotherAdmin(): Promise<Person> {
    const [{ client }, person] = [await this.admin(), await this.customer()];
    expect((await client.patch(`/users/${person.id}`, { role: 'admin' })).status).toBe(200);
    return { ...person, role: 'admin' };
  }

  customer(): Promise<Person> {
    return this.person('customer');
  }

  customers(count: 2): Promise<[Person, Person]>;
  customers(count: number): Promise<Person[]>;
  customers(count: number): Promise<Person[]> {
    return Promise.all(Array.from({ length: count }, () => this.customer()));
  }

  async product({ name = 'Lamp', price = 10, stock = 10, ...rules }: NewProduct = {}): Promise<ProductBody> {
    const { client } = await this.admin();
    const answer = await client.post<ProductBody>('/products', {
      name,
      price,
      stock_quantity: stock,
      ...rules,
    });
    expect(answer.status).toBe(201);
    return answer.body;
  }

  async order(buyer: Person, quantities: Record<number, number>): Promise<OrderBody> {
    const answer = await buyer.places(quantities);
    expect(answer.status).toBe(201);
    return answer.body;
  }

  async signIn(username: string, password: string): Promise<Client> {
    const answer = await this.anyone.post<TokenBody>('/login', { username, password });
    expect(answer.status).toBe(200);
    return this.anyone.as(answer.body.access_token);
  }

  private async person(role: string): Promise<Person> {
    this.count += 1;
    const username = `${role}-${this.count}`;
    const secret = this.variables['JWT_SECRET'];
    const { user, token } = await addPerson(this.database, { username, role, secret });
    const client = this.anyone.as(token);
    return {
      ...user,
      client,
      places: (quantities, headers = {}) =>
        client.post('/orders', { items: asItems(quantities) }, { headers }),
    };
  }
}

export function asItems(quantities: Record<number, number>): { product_id: number; quantity: number }[] {
  return Object.entries(quantities).map(([id, quantity]) => ({ product_id: Number(id), quantity }));
}

/** Gives a test file its own world; the variables configure its service. */
export function useWorld(variables?: Record<string, string>): World {
  const world = new World(variables);
  beforeAll(() => world.setUp());
  afterAll(() => world.tearDown());
  return world;
}

/** Runs one test in a separate world, configured by the variables. */
export async function withWorld(
  variables: Record<string, string>,
  work: (world: World) => Promise<void>,
): Promise<void> {
  const world = new World(variables);
  await world.setUp();
  try {
    await work(world);
  } finally {
    await world.tearDown();
  }
}

export const succeeded = ({ status }: Answer<unknown>): boolean => status === 200 || status === 201;

export const refusedWith =
  (code: string) =>
  ({ body }: Answer<unknown>): boolean =>
    (body as { code?: string }).code === code;

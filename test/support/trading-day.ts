import type { ListBody, OrderBody, ProductBody, TokenBody } from './api-types.js';
import type { Answer, Client } from './client.js';
import { asItems, PASSWORD } from './world.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const MINUTE_MS = 60_000;
/** Values that differ from run to run without meaning. */
const BY_CHANCE = /(^|_)(id|ids|token|cursor|username|reference)$|^(balance|total|pages|products_checked)$/;

/**
 * One request of each kind, by new users.
 * @returns the responses, in a form that is the same in every run.
 */
export async function tradingDay(anyone: Client, admin: Client, day: string): Promise<unknown[]> {
  const answers: Answer<unknown>[] = [];
  const note = async <Body>(answer: Promise<Answer<Body>>): Promise<Answer<Body>> => {
    answers.push(await answer);
    return answer;
  };
  const buyer = await signUp(anyone, day, note);
  const lamp = await note(
    admin.post<ProductBody>('/products', { name: 'Lämpchen \\\\ ’💡', price: 33.1, stock_quantity: 9 }),
  );
  const chair = await note(
    admin.post<ProductBody>('/products', { name: "'Chair'", price: 0.01, stock_quantity: 1 }),
  );
  const [lampId, chairId] = [lamp.body.id, chair.body.id];
  await note(admin.patch(`/products/${lampId}`, { price: 99_999_999.99, stock_delta: 3 }));
  await note(admin.patch(`/products/${chairId}`, { stock_delta: -5 }));
  const headers = { 'idempotency-key': `key-${day}` };
  const basket = { items: asItems({ [lampId]: 2, [chairId]: 1 }) };
  const order = await note(buyer.post<OrderBody>('/orders', basket, { headers }));
  await note(buyer.post('/orders', basket, { headers }));
  await note(buyer.post('/orders', basket));
  await note(buyer.post('/orders', { items: asItems({ 999_999_999: 1 }) }));
  await note(buyer.post('/orders', { items: asItems({ [lampId]: 1 }), expected_total: 3 }));
  const crowd = Array.from({ length: 5 }, () =>
    buyer.post<OrderBody>('/orders', { items: asItems({ [lampId]: 1 }) }),
  );
  for (const one of await Promise.all(crowd)) await note(Promise.resolve(one));
  await note(admin.patch(`/orders/${order.body.id}/confirm`));
  await note(buyer.patch(`/orders/${order.body.id}/cancel`, { reason: 'Zu spät \\ 💡' }));
  await note(buyer.patch(`/orders/${order.body.id}/cancel`));
  await note(admin.get(`/orders/${order.body.id}/history`));
  await look(buyer, admin, lampId, note);
  return answers.map(({ status, body }) => [status, withoutChance(body)]);
}

type Note = <Body>(answer: Promise<Answer<Body>>) => Promise<Answer<Body>>;

async function signUp(anyone: Client, day: string, note: Note): Promise<Client> {
  const credentials = { username: `Käufer-İ-${day}`, password: PASSWORD };
  await note(anyone.post('/register', credentials));
  await note(anyone.post('/register', credentials));
  await note(anyone.post('/login', { ...credentials, password: 'wrong' }));
  const login = await note(anyone.post<TokenBody>('/login', credentials));
  const tokens = await note(anyone.post<TokenBody>('/refresh', { refresh_token: login.body.refresh_token }));
  const buyer = anyone.as(tokens.body.access_token);
  await note(buyer.get('/me'));
  return buyer;
}

async function look(buyer: Client, admin: Client, productId: number, note: Note): Promise<void> {
  await note(admin.get(`/products/${productId}`));
  await note(admin.get(`/products/${productId}/stock-movements`));
  const { body } = await note(buyer.get<ListBody<OrderBody>>('/orders?limit=4'));
  await note(buyer.get(`/orders?limit=4&cursor=${body.pagination.next_cursor}`));
  const aMinuteAgo = new Date(Date.now() - MINUTE_MS).toISOString();
  await note(buyer.get(`/orders?created_from=${aMinuteAgo}&status=pending`));
  await note(buyer.get(`/orders?created_to=${aMinuteAgo}&product_id=${productId}`));
  const [users, products, audited, ready] = await Promise.all([
    admin.get('/users?limit=1'),
    buyer.get('/products?limit=1'),
    admin.get('/audit/stock'),
    buyer.get('/health/ready'),
  ]);
  for (const answer of [users, products, audited, ready]) await note(Promise.resolve(answer));
}

/** The response without times, each of which must lie in this minute. */
function withoutChance(value: unknown): unknown {
  if (typeof value === 'string') return isOfThisMinute(value) ? 'now' : value.replace(/ id \d+/, '');
  if (Array.isArray(value)) return value.map(withoutChance);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !BY_CHANCE.test(name))
      .map(([name, member]) => [name, withoutChance(member)]),
  );
}

function isOfThisMinute(text: string): boolean {
  return TIME.test(text) && Math.abs(Date.parse(text) - Date.now()) < MINUTE_MS;
}

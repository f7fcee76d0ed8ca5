export interface UserBody {
  id: number;
  username: string;
  role: string;
  created_at: string;
}

/** A user as admins see them. */
export interface AccountBody extends UserBody {
  is_active: boolean;
}

export interface TokenBody {
  access_token: string;
  token_type: string;
  expires_in: number;
  refresh_token: string;
}

export interface ProductBody {
  id: number;
  sku: string | null;
  name: string;
  price: number;
  stock_quantity: number;
  is_active: boolean;
  max_per_customer: number | null;
  sale_starts_at: string | null;
  sale_ends_at: string | null;
  created_at: string;
  updated_at: string;
}

export interface OrderBody {
  id: number;
  customer_id: number;
  status: string;
  total_amount: number;
  reference: string | null;
  expires_at: string | null;
  items: { product_id: number; product_name: string; quantity: number; price_at_purchase: number }[];
  created_at: string;
  updated_at: string;
}

export interface HistoryBody {
  order_id: number;
  events: { event: string; occurred_at: string; user_id: number | null; reason: string | null }[];
}

export interface MovementBody {
  kind: string;
  quantity: number;
  balance: number;
  order_id: number | null;
  user_id: number | null;
  reference: string | null;
  reason: string | null;
  occurred_at: string;
}

export interface ListBody<Item> {
  data: Item[];
  pagination: {
    page: number;
    limit: number;
    total: number;
    pages: number;
    total_is_exact: boolean;
    next_cursor: string | null;
  };
}

export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors?: { pointer: string; location: string; code: string; message: string }[];
  lines?: { product_id: number; requested: number; available: number }[];
  product_ids?: number[];
  current_status?: string;
  total_amount?: number;
  retry_after?: number;
}

interface EventOf<Type extends string, Data> {
  id: number;
  type: Type;
  occurred_at: string;
  data: Data;
}

export type EventBody =
  EventOf<`order.${string}`, OrderBody> | EventOf<`${'product' | 'stock'}.${string}`, ProductBody>;

export interface EventListBody {
  data: EventBody[];
  pagination: { limit: number; next_after: number; has_more: boolean; log_began_at: string };
}

/** A webhook endpoint. */
export interface WebhookBody {
  id: number;
  url: string;
  types: string[] | null;
  is_active: boolean;
  position: number;
  failing_since: string | null;
  last_error: string | null;
  disabled_at: string | null;
  created_at: string;
  updated_at: string;
}

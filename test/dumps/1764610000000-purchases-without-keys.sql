CREATE TABLE public.customer_purchases (
    product_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    quantity bigint NOT NULL,
    CONSTRAINT ck_customer_purchases_quantity_nonnegative CHECK ((quantity >= 0))
);
CREATE TABLE public.events (
    sequence bigint NOT NULL,
    last_id bigint,
    occurred_at timestamp(3) with time zone NOT NULL,
    type character varying(32) NOT NULL,
    resource_ids bigint[] NOT NULL,
    product json,
    CONSTRAINT ck_events_product CHECK (((product IS NOT NULL) = (((type)::text ~~ 'product.%'::text) OR ((type)::text ~~ 'stock.%'::text))))
);
ALTER TABLE public.events ALTER COLUMN sequence ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.events_sequence_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.login_attempts (
    key character varying(255) NOT NULL,
    points integer DEFAULT 0 NOT NULL,
    expire bigint
);
CREATE TABLE public.migrations (
    id integer NOT NULL,
    "timestamp" bigint NOT NULL,
    name character varying NOT NULL
);
CREATE SEQUENCE public.migrations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.migrations_id_seq OWNED BY public.migrations.id;
CREATE TABLE public.order_items (
    order_id bigint NOT NULL,
    product_id bigint NOT NULL,
    product_name character varying(200) NOT NULL,
    quantity integer NOT NULL,
    price_minor bigint NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ck_order_items_price_range CHECK (((price_minor >= 0) AND (price_minor <= '9999999999'::bigint))),
    CONSTRAINT ck_order_items_quantity_range CHECK (((quantity >= 1) AND (quantity <= 1000000)))
);
CREATE TABLE public.orders (
    id bigint NOT NULL,
    customer_id bigint NOT NULL,
    status character varying(16) NOT NULL,
    total_minor bigint NOT NULL,
    placement_key character varying(255) NOT NULL,
    request_hash bytea,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    confirmed_at timestamp(3) with time zone,
    confirmed_by bigint,
    cancelled_at timestamp(3) with time zone,
    cancelled_by bigint,
    cancel_reason character varying(200),
    expires_at timestamp(3) with time zone,
    CONSTRAINT ck_orders_cancel_reason_not_empty CHECK (((cancel_reason)::text <> ''::text)),
    CONSTRAINT ck_orders_cancelled CHECK (((((status)::text = 'CANCELLED'::text) = (cancelled_at IS NOT NULL)) AND (((cancelled_by IS NULL) AND (cancel_reason IS NULL)) OR (cancelled_at IS NOT NULL)))),
    CONSTRAINT ck_orders_confirmed CHECK ((
CASE status
    WHEN 'PENDING'::text THEN (confirmed_at IS NULL)
    WHEN 'CONFIRMED'::text THEN (confirmed_at IS NOT NULL)
    ELSE true
END AND ((confirmed_by IS NULL) OR (confirmed_at IS NOT NULL)))),
    CONSTRAINT ck_orders_status CHECK (((status)::text = ANY (ARRAY[('PENDING'::character varying)::text, ('CONFIRMED'::character varying)::text, ('CANCELLED'::character varying)::text]))),
    CONSTRAINT ck_orders_total_range CHECK (((total_minor >= 0) AND (total_minor <= '99999999999999'::bigint)))
);
ALTER TABLE public.orders ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.orders_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.products (
    id bigint NOT NULL,
    name character varying(200) NOT NULL,
    price_minor bigint NOT NULL,
    stock_quantity bigint NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    max_per_customer integer,
    sale_starts_at timestamp(3) with time zone,
    sale_ends_at timestamp(3) with time zone,
    CONSTRAINT ck_products_max_per_customer_range CHECK (((max_per_customer >= 1) AND (max_per_customer <= 1000000))),
    CONSTRAINT ck_products_price_range CHECK (((price_minor >= 0) AND (price_minor <= '9999999999'::bigint))),
    CONSTRAINT ck_products_sale_window CHECK ((sale_ends_at > sale_starts_at)),
    CONSTRAINT ck_products_stock_nonnegative CHECK ((stock_quantity >= 0))
);
ALTER TABLE public.products ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.products_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.sessions (
    id uuid NOT NULL,
    user_id bigint NOT NULL,
    family_hash bytea NOT NULL,
    token_hash bytea NOT NULL,
    previous_hash bytea,
    successor_salt bytea,
    rotated_at timestamp(3) with time zone,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    expires_at timestamp(3) with time zone NOT NULL
);
CREATE TABLE public.stock_adjustments (
    id bigint NOT NULL,
    product_id bigint NOT NULL,
    quantity integer NOT NULL,
    created_by bigint,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ck_stock_adjustments_quantity_not_zero CHECK ((quantity <> 0))
);
ALTER TABLE public.stock_adjustments ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.stock_adjustments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.stock_returns (
    id bigint NOT NULL,
    order_id bigint NOT NULL,
    product_id bigint NOT NULL
);
ALTER TABLE public.stock_returns ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.stock_returns_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.users (
    id bigint NOT NULL,
    username character varying(64) NOT NULL,
    username_key character varying(255) NOT NULL,
    password_hash character varying(255) NOT NULL,
    role character varying(16) NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ck_users_role CHECK (((role)::text = ANY (ARRAY[('customer'::character varying)::text, ('admin'::character varying)::text])))
);
ALTER TABLE public.users ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.users_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.write_keys (
    user_id bigint NOT NULL,
    key character varying(255) NOT NULL,
    request_hash bytea NOT NULL,
    resource_id bigint,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY public.migrations ALTER COLUMN id SET DEFAULT nextval('public.migrations_id_seq'::regclass);
INSERT INTO public.customer_purchases VALUES
	(1, 2, 2),
	(1, 3, 1);
INSERT INTO public.events OVERRIDING SYSTEM VALUE VALUES
	(1, 0, '2026-01-01 14:00:00+00', 'log.began', '{}', NULL),
	(2, 1, '2026-01-01 15:00:00+00', 'order.confirmed', '{2}', NULL),
	(3, 2, '2026-01-01 15:00:00+00', 'product.updated', '{1}', '{"id":1,"name":"Lämpchen ’💡","price_minor":3310,"stock_quantity":5,"is_active":true,"version":7,"created_at":"2026-01-01T09:05:00+00:00","updated_at":"2026-01-01T13:00:00+00:00","max_per_customer":5,"sale_starts_at":"2026-01-01T09:00:00+00:00","sale_ends_at":"2099-01-01T00:00:00+00:00"}'),
	(4, NULL, '2026-01-01 15:01:00+00', 'order.placed', '{1,2}', NULL);
INSERT INTO public.login_attempts VALUES
	('login:1.2.3.4', 3, 4070908800000);
INSERT INTO public.migrations VALUES
	(1, 1764000000000, 'InitialSchema1764000000000'),
	(2, 1764100000000, 'Sessions1764100000000'),
	(3, 1764200000000, 'OrderHistory1764200000000'),
	(4, 1764300000000, 'ListOrder1764300000000'),
	(8, 1764400000000, 'LargeIds1764400000000'),
	(9, 1764420000000, 'WriteKeys1764420000000'),
	(10, 1764500000000, 'Holds1764500000000'),
	(11, 1764510000000, 'Drops1764510000000'),
	(12, 1764600000000, 'Events1764600000000'),
	(13, 1764610000000, 'PurchasesWithoutKeys1764610000000');
INSERT INTO public.order_items VALUES
	(1, 1, 'Lamp', 2, 3310, '2026-01-01 10:00:00+00'),
	(2, 1, 'Lämpchen ’💡', 1, 3310, '2026-01-01 11:00:00+00'),
	(2, 2, '"Chair"', 1, 9999999999, '2026-01-01 11:00:00+00'),
	(3, 1, 'Lamp', 1, 3310, '2026-01-01 12:00:00+00');
INSERT INTO public.orders OVERRIDING SYSTEM VALUE VALUES
	(2, 3, 'CONFIRMED', 10000003309, '0191-generated', NULL, 2, '2026-01-01 11:00:00+00', '2026-01-01 11:30:00+00', '2026-01-01 11:30:00+00', 1, NULL, NULL, NULL, NULL),
	(3, 2, 'CANCELLED', 3310, '0192-generated', NULL, 2, '2026-01-01 12:00:00+00', '2026-01-01 12:30:00+00', NULL, NULL, '2026-01-01 12:30:00+00', 2, 'Zu spät', NULL),
	(1, 2, 'PENDING', 6620, 'a key', '\x00ff', 1, '2026-01-01 10:00:00+00', '2026-01-01 10:00:00+00', NULL, NULL, NULL, NULL, NULL, '2099-01-01 00:00:00+00');
INSERT INTO public.products OVERRIDING SYSTEM VALUE VALUES
	(2, '"Chair"', 9999999999, 0, false, 3, '2026-01-01 09:06:00+00', '2026-01-01 12:00:00+00', NULL, NULL, NULL),
	(1, 'Lämpchen ’💡', 3310, 5, true, 7, '2026-01-01 09:05:00+00', '2026-01-01 13:00:00+00', 5, '2026-01-01 09:00:00+00', '2099-01-01 00:00:00+00');
INSERT INTO public.sessions VALUES
	('00000000-0000-4000-8000-000000000001', 2, '\x01', '\x02', '\x03', '\x04', '2026-01-01 10:30:00+00', '2026-01-01 10:00:00+00', '2099-01-01 00:00:00+00');
INSERT INTO public.stock_adjustments OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 9, 1, '2026-01-01 09:05:00+00'),
	(2, 2, 2, NULL, '2026-01-01 09:06:00+00'),
	(3, 1, -1, 1, '2026-01-01 09:30:00+00'),
	(4, 2, -1, 1, '2026-01-01 09:31:00+00');
INSERT INTO public.stock_returns OVERRIDING SYSTEM VALUE VALUES
	(1, 3, 1);
INSERT INTO public.users OVERRIDING SYSTEM VALUE VALUES
	(1, 'Admin1', 'admin1', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g', 'admin', true, '2026-01-01 09:00:00+00'),
	(2, 'Käufer', 'käufer', '-', 'customer', true, '2026-01-01 09:01:00+00'),
	(3, 'gone', 'gone', '-', 'customer', false, '2026-01-01 09:02:00+00');
INSERT INTO public.write_keys VALUES
	(1, 'a key', '\x00ff', 1, '2026-01-01 13:00:00+00');
SELECT pg_catalog.setval('public.events_sequence_seq', 4, true);
SELECT pg_catalog.setval('public.migrations_id_seq', 13, true);
SELECT pg_catalog.setval('public.orders_id_seq', 3, true);
SELECT pg_catalog.setval('public.products_id_seq', 2, true);
SELECT pg_catalog.setval('public.stock_adjustments_id_seq', 4, true);
SELECT pg_catalog.setval('public.stock_returns_id_seq', 1, true);
SELECT pg_catalog.setval('public.users_id_seq', 3, true);
ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT "PK_8c82d7f526340ab734260ea46be" PRIMARY KEY (id);
ALTER TABLE ONLY public.customer_purchases
    ADD CONSTRAINT pk_customer_purchases PRIMARY KEY (product_id, customer_id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT pk_events PRIMARY KEY (sequence);
ALTER TABLE ONLY public.login_attempts
    ADD CONSTRAINT pk_login_attempts PRIMARY KEY (key);
ALTER TABLE ONLY public.order_items
    ADD CONSTRAINT pk_order_items PRIMARY KEY (order_id, product_id);
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT pk_orders PRIMARY KEY (id);
ALTER TABLE ONLY public.products
    ADD CONSTRAINT pk_products PRIMARY KEY (id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT pk_sessions PRIMARY KEY (id);
ALTER TABLE ONLY public.stock_adjustments
    ADD CONSTRAINT pk_stock_adjustments PRIMARY KEY (id);
ALTER TABLE ONLY public.stock_returns
    ADD CONSTRAINT pk_stock_returns PRIMARY KEY (id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT pk_users PRIMARY KEY (id);
ALTER TABLE ONLY public.write_keys
    ADD CONSTRAINT pk_write_keys PRIMARY KEY (user_id, key);
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT uq_orders_customer_id_placement_key UNIQUE (customer_id, placement_key);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT uq_sessions_family_hash UNIQUE (family_hash);
ALTER TABLE ONLY public.stock_returns
    ADD CONSTRAINT uq_stock_returns_order_id_product_id UNIQUE (order_id, product_id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT uq_users_username_key UNIQUE (username_key);
CREATE INDEX ix_events_unnumbered ON public.events USING btree (sequence) WHERE (last_id IS NULL);
CREATE INDEX ix_login_attempts_expire ON public.login_attempts USING btree (expire);
CREATE INDEX ix_order_items_product_id_created_at_order_id ON public.order_items USING btree (product_id, created_at, order_id);
CREATE INDEX ix_orders_created_at_id ON public.orders USING btree (created_at, id);
CREATE INDEX ix_orders_customer_id_created_at_id ON public.orders USING btree (customer_id, created_at, id);
CREATE INDEX ix_orders_customer_id_status_created_at_id ON public.orders USING btree (customer_id, status, created_at, id);
CREATE INDEX ix_orders_pending_expires_at_id ON public.orders USING btree (expires_at, id) WHERE (((status)::text = 'PENDING'::text) AND (expires_at IS NOT NULL));
CREATE INDEX ix_orders_status_created_at_id ON public.orders USING btree (status, created_at, id);
CREATE INDEX ix_products_active_id ON public.products USING btree (id) WHERE is_active;
CREATE INDEX ix_sessions_expires_at ON public.sessions USING btree (expires_at);
CREATE INDEX ix_sessions_user_id_created_at ON public.sessions USING btree (user_id, created_at);
CREATE INDEX ix_stock_adjustments_product_id_id ON public.stock_adjustments USING btree (product_id, id);
CREATE INDEX ix_stock_returns_product_id_id ON public.stock_returns USING btree (product_id, id);
CREATE INDEX ix_users_active_admins ON public.users USING btree (id) WHERE (((role)::text = 'admin'::text) AND is_active);
CREATE INDEX ix_write_keys_created_at ON public.write_keys USING btree (created_at);
CREATE UNIQUE INDEX uq_events_last_id ON public.events USING btree (last_id) WHERE (last_id IS NOT NULL);
ALTER TABLE ONLY public.order_items
    ADD CONSTRAINT fk_order_items_order FOREIGN KEY (order_id) REFERENCES public.orders(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.order_items
    ADD CONSTRAINT fk_order_items_product FOREIGN KEY (product_id) REFERENCES public.products(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT fk_orders_cancelled_by FOREIGN KEY (cancelled_by) REFERENCES public.users(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT fk_orders_confirmed_by FOREIGN KEY (confirmed_by) REFERENCES public.users(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT fk_orders_customer FOREIGN KEY (customer_id) REFERENCES public.users(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT fk_sessions_user FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.stock_adjustments
    ADD CONSTRAINT fk_stock_adjustments_created_by FOREIGN KEY (created_by) REFERENCES public.users(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.stock_adjustments
    ADD CONSTRAINT fk_stock_adjustments_product FOREIGN KEY (product_id) REFERENCES public.products(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.stock_returns
    ADD CONSTRAINT fk_stock_returns_order_item FOREIGN KEY (order_id, product_id) REFERENCES public.order_items(order_id, product_id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.write_keys
    ADD CONSTRAINT fk_write_keys_user FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

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
    CONSTRAINT ck_orders_status CHECK (((status)::text = ANY ((ARRAY['PENDING'::character varying, 'CONFIRMED'::character varying, 'CANCELLED'::character varying])::text[]))),
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
    CONSTRAINT ck_users_role CHECK (((role)::text = ANY ((ARRAY['customer'::character varying, 'admin'::character varying])::text[])))
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
INSERT INTO public.customer_purchases VALUES (1, 2, 2);
INSERT INTO public.customer_purchases VALUES (1, 3, 0);
INSERT INTO public.events OVERRIDING SYSTEM VALUE VALUES (1, 0, '2026-11-27 02:05:55.118+00', 'log.began', '{}', NULL);
INSERT INTO public.events OVERRIDING SYSTEM VALUE VALUES (2, NULL, '2026-11-27 02:05:57.943+00', 'product.created', '{1}', '{"id":1,"name":"Lamp","price_minor":1234,"stock_quantity":20,"is_active":true,"version":1,"created_at":"2026-11-27T02:05:57.943+00:00","updated_at":"2026-11-27T02:05:57.943+00:00","max_per_customer":5,"sale_starts_at":"2026-01-01T00:00:00+00:00","sale_ends_at":"2999-01-01T00:00:00.001+00:00"}');
INSERT INTO public.events OVERRIDING SYSTEM VALUE VALUES (3, NULL, '2026-11-27 02:05:58.01+00', 'product.created', '{2}', '{"id":2,"name":"Tisch “Größe” ''L''","price_minor":9999999999,"stock_quantity":3,"is_active":true,"version":1,"created_at":"2026-11-27T02:05:58.01+00:00","updated_at":"2026-11-27T02:05:58.01+00:00","max_per_customer":null,"sale_starts_at":null,"sale_ends_at":null}');
INSERT INTO public.events OVERRIDING SYSTEM VALUE VALUES (4, NULL, '2026-11-27 02:05:58.101+00', 'order.placed', '{1}', NULL);
INSERT INTO public.events OVERRIDING SYSTEM VALUE VALUES (5, NULL, '2026-11-27 02:05:58.127+00', 'order.placed', '{2}', NULL);
INSERT INTO public.events OVERRIDING SYSTEM VALUE VALUES (6, NULL, '2026-11-27 02:05:58.17+00', 'order.placed', '{3}', NULL);
INSERT INTO public.events OVERRIDING SYSTEM VALUE VALUES (7, NULL, '2026-11-27 02:05:58.204+00', 'order.placed', '{4}', NULL);
INSERT INTO public.events OVERRIDING SYSTEM VALUE VALUES (8, NULL, '2026-11-27 02:05:58.239+00', 'order.confirmed', '{1}', NULL);
INSERT INTO public.events OVERRIDING SYSTEM VALUE VALUES (9, NULL, '2026-11-27 02:05:58.275+00', 'order.cancelled', '{2}', NULL);
INSERT INTO public.events OVERRIDING SYSTEM VALUE VALUES (10, NULL, '2026-11-27 02:05:59.003+00', 'order.expired', '{3}', NULL);
INSERT INTO public.events OVERRIDING SYSTEM VALUE VALUES (11, NULL, '2026-11-27 02:05:59.065+00', 'stock.adjusted', '{1}', '{"id":1,"name":"Lamp","price_minor":1234,"stock_quantity":23,"is_active":true,"version":7,"created_at":"2026-11-27T02:05:57.943+00:00","updated_at":"2026-11-27T02:05:59.065+00:00","max_per_customer":5,"sale_starts_at":"2026-01-01T00:00:00+00:00","sale_ends_at":"2999-01-01T00:00:00.001+00:00"}');
INSERT INTO public.events OVERRIDING SYSTEM VALUE VALUES (12, NULL, '2026-11-27 02:05:59.094+00', 'product.updated', '{2}', '{"id":2,"name":"Tisch “Größe” ''L''","price_minor":500,"stock_quantity":1,"is_active":true,"version":4,"created_at":"2026-11-27T02:05:58.01+00:00","updated_at":"2026-11-27T02:05:59.094+00:00","max_per_customer":null,"sale_starts_at":null,"sale_ends_at":null}');
INSERT INTO public.login_attempts VALUES ('account:jGl25bVBBBW96Qi9Te4V37Fnqchz_Eu4qB9vKrRIqRg', 0, 1795746057620);
INSERT INTO public.login_attempts VALUES ('known:f4VBf4ckhyFY3wUfoMhC2Pj51Y_r-x_IEdgSEhep1c0', 1, 1803521157695);
INSERT INTO public.login_attempts VALUES ('account:SZFeDX1LQC4wF9AQvBwOg8rGx5fWwW5mNA_jJoaTpqE', 0, 1795746057741);
INSERT INTO public.login_attempts VALUES ('known:_HDqwUKvBNieVIRDCVo1nizaHhQRgcZaAkkK1-hSyTs', 1, 1803521157805);
INSERT INTO public.login_attempts VALUES ('address:EsoXtJryKJQ28wPgFmAwoh5SXSZuIJJnQzgBqP1AcaA', 1, 1795746057353);
INSERT INTO public.login_attempts VALUES ('account:gbY32PzSxtpjWeaWMROhFw3nleS3JbhNHgtM_Z7FjOk', 1, 1795746057365);
INSERT INTO public.login_attempts VALUES ('known:i8O8NsX5UBcMWCePlAf50u55nFvLjzqlo8713U3JzVs', 1, 1803521157913);
INSERT INTO public.migrations VALUES (1, 1764000000000, 'InitialSchema1764000000000');
INSERT INTO public.migrations VALUES (2, 1764100000000, 'Sessions1764100000000');
INSERT INTO public.migrations VALUES (3, 1764200000000, 'OrderHistory1764200000000');
INSERT INTO public.migrations VALUES (4, 1764300000000, 'ListOrder1764300000000');
INSERT INTO public.migrations VALUES (5, 1764400000000, 'LargeIds1764400000000');
INSERT INTO public.migrations VALUES (6, 1764420000000, 'WriteKeys1764420000000');
INSERT INTO public.migrations VALUES (7, 1764500000000, 'Holds1764500000000');
INSERT INTO public.migrations VALUES (8, 1764510000000, 'Drops1764510000000');
INSERT INTO public.migrations VALUES (9, 1764600000000, 'Events1764600000000');
INSERT INTO public.order_items VALUES (1, 1, 'Lamp', 2, 1234, '2026-11-27 02:05:58.101+00');
INSERT INTO public.order_items VALUES (1, 2, 'Tisch “Größe” ''L''', 1, 9999999999, '2026-11-27 02:05:58.101+00');
INSERT INTO public.order_items VALUES (2, 1, 'Lamp', 1, 1234, '2026-11-27 02:05:58.127+00');
INSERT INTO public.order_items VALUES (3, 1, 'Lamp', 4, 1234, '2026-11-27 02:05:58.17+00');
INSERT INTO public.order_items VALUES (4, 2, 'Tisch “Größe” ''L''', 1, 9999999999, '2026-11-27 02:05:58.204+00');
INSERT INTO public.orders OVERRIDING SYSTEM VALUE VALUES (4, 3, 'PENDING', 9999999999, '01a21ac09431-73c30b23-546f-4766-84f3-14d0e23dca22', NULL, 1, '2026-11-27 02:05:58.204+00', '2026-11-27 02:05:58.204+00', NULL, NULL, NULL, NULL, NULL, '2026-11-27 03:05:58.204+00');
INSERT INTO public.orders OVERRIDING SYSTEM VALUE VALUES (1, 2, 'CONFIRMED', 10000002467, 'order-1', '\xf8bd24595b6ad4bc64b76af5a08036352ea42b52cb8feb4220163d1039d89727', 2, '2026-11-27 02:05:58.101+00', '2026-11-27 02:05:58.239+00', '2026-11-27 02:05:58.239+00', 1, NULL, NULL, NULL, '2026-11-27 03:05:58.101+00');
INSERT INTO public.orders OVERRIDING SYSTEM VALUE VALUES (2, 2, 'CANCELLED', 1234, '01a21ac093e9-cb49a237-af12-4482-a65b-90c87f7f89f0', NULL, 2, '2026-11-27 02:05:58.127+00', '2026-11-27 02:05:58.275+00', NULL, NULL, '2026-11-27 02:05:58.275+00', 2, 'changed my mind', '2026-11-27 03:05:58.127+00');
INSERT INTO public.orders OVERRIDING SYSTEM VALUE VALUES (3, 3, 'CANCELLED', 4936, '01a21ac093fa-e8214728-3247-47d7-a1cf-df1784ce687d', NULL, 2, '2026-11-27 02:05:58.17+00', '2026-11-27 02:05:59.003+00', NULL, NULL, '2026-11-27 02:05:59.003+00', NULL, NULL, '2026-11-27 02:05:57.294+00');
INSERT INTO public.products OVERRIDING SYSTEM VALUE VALUES (1, 'Lamp', 1234, 23, true, 7, '2026-11-27 02:05:57.943+00', '2026-11-27 02:05:59.065+00', 5, '2026-01-01 00:00:00+00', '2999-01-01 00:00:00.001+00');
INSERT INTO public.products OVERRIDING SYSTEM VALUE VALUES (2, 'Tisch “Größe” ''L''', 500, 1, true, 4, '2026-11-27 02:05:58.01+00', '2026-11-27 02:05:59.094+00', NULL, NULL, NULL);
INSERT INTO public.sessions VALUES ('8ec7ab8f-9312-4882-94bd-1ed9368a8922', 1, '\xb0f0deec140da1650c8964f6ed430e3f56f6eec63b6267a0983341ddb065afcc', '\x7f7cc0d0885027199bf63dd436c08fe99d0a0986a8e4a457bf831509bb149f1a', NULL, NULL, NULL, '2026-11-27 02:05:57.674+00', '2026-12-27 02:05:57.674+00');
INSERT INTO public.sessions VALUES ('4ced5752-e754-4dd9-8fe6-329984d8b1d0', 2, '\x6e361ac0e4bd68aa46b01cf0a903a79013f17cf91a29cbf34a8b0dc34333a99b', '\x320de14c6ba53cbba5fa84f52159e757ea6277d3dd7fcb41ce7470d09254e6ab', NULL, NULL, NULL, '2026-11-27 02:05:57.783+00', '2026-12-27 02:05:57.783+00');
INSERT INTO public.sessions VALUES ('8a02ba1a-2b49-4fe8-9625-c1d3fede41f8', 3, '\xeda208b1b6c595fbd6354207d46ededf24a634c8dea41dcca1ce89b2574d3cb8', '\xa2fb4922aa47183357830b7c61e223f7752c1afb0de2782e1ae2e2ee344c5338', NULL, NULL, NULL, '2026-11-27 02:05:57.877+00', '2026-12-27 02:05:57.877+00');
INSERT INTO public.stock_adjustments OVERRIDING SYSTEM VALUE VALUES (1, 1, 20, 1, '2026-11-27 02:05:57.943+00');
INSERT INTO public.stock_adjustments OVERRIDING SYSTEM VALUE VALUES (2, 2, 3, 1, '2026-11-27 02:05:58.01+00');
INSERT INTO public.stock_adjustments OVERRIDING SYSTEM VALUE VALUES (3, 1, 5, 1, '2026-11-27 02:05:59.063+00');
INSERT INTO public.stock_returns OVERRIDING SYSTEM VALUE VALUES (1, 2, 1);
INSERT INTO public.stock_returns OVERRIDING SYSTEM VALUE VALUES (2, 3, 1);
INSERT INTO public.users OVERRIDING SYSTEM VALUE VALUES (1, 'Admin', 'admin', '$argon2id$v=19$m=19456,t=2,p=1$VJMPLUlfHXKzvK3KwWeM0w$YWpnkgkuevu6aBN1Ra9abFVKW5KWr4coKTf6wVCU0i0', 'admin', true, '2026-11-27 02:05:57.135+00');
INSERT INTO public.users OVERRIDING SYSTEM VALUE VALUES (2, 'Ann', 'ann', '$argon2id$v=19$m=19456,t=2,p=1$FqE3FmCZOXTpoRaBEQqtTA$VSH55gUifEh387YrHpHr0vs+G+zGc/WL92FQuuwpzrk', 'customer', true, '2026-11-27 02:05:57.295+00');
INSERT INTO public.users OVERRIDING SYSTEM VALUE VALUES (3, 'Bob', 'bob', '$argon2id$v=19$m=19456,t=2,p=1$TLBa+mRphR2Vkfxu35xE/A$xR43RASGsc/k8pkUUlDEith0oflE7y657UZkooyQZoE', 'customer', true, '2026-11-27 02:05:57.332+00');
INSERT INTO public.write_keys VALUES (1, 'lamp-1', '\xad9e6e315d77bd17924eb956d95d344dee83152445c50fd019dedba43b030df2', 1, '2026-11-27 02:05:57.943+00');
INSERT INTO public.write_keys VALUES (1, 'confirm-1', '\x7649e653b4be5ea97c8bd2601bd978bc2568a9948b12ae4272c9ec29dc655daa', 1, '2026-11-27 02:05:58.221+00');
INSERT INTO public.write_keys VALUES (1, 'restock-1', '\x878b9b67072035550290c936c7f4c1af18980999a20b01f678f886c23aea88be', 1, '2026-11-27 02:05:59.056+00');
SELECT pg_catalog.setval('public.events_sequence_seq', 12, true);
SELECT pg_catalog.setval('public.migrations_id_seq', 9, true);
SELECT pg_catalog.setval('public.orders_id_seq', 4, true);
SELECT pg_catalog.setval('public.products_id_seq', 2, true);
SELECT pg_catalog.setval('public.stock_adjustments_id_seq', 3, true);
SELECT pg_catalog.setval('public.stock_returns_id_seq', 2, true);
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
ALTER TABLE ONLY public.customer_purchases
    ADD CONSTRAINT fk_customer_purchases_customer FOREIGN KEY (customer_id) REFERENCES public.users(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.customer_purchases
    ADD CONSTRAINT fk_customer_purchases_product FOREIGN KEY (product_id) REFERENCES public.products(id) ON DELETE RESTRICT;
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

-- Two roles and a database for the service. Run this once, as a superuser of PostgreSQL 15 or newer:
--
--   psql --dbname=postgres --file=deploy/create-roles.sql
--
-- and give both roles a password (in psql: \password mini_order_system). Then
--
--   MIGRATION_DATABASE_URL=postgresql://mini_order_system_owner:…@host/mini_order_system
--   DATABASE_URL=postgresql://mini_order_system:…@host/mini_order_system
--
-- The owner creates and changes the tables. After each migration it grants the other role
-- the rights that the service needs (src/database/service-grants.ts).

CREATE ROLE mini_order_system_owner LOGIN;
CREATE ROLE mini_order_system LOGIN;
CREATE DATABASE mini_order_system OWNER mini_order_system_owner ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0;

-- By default, every role may connect and create temporary tables.
REVOKE ALL ON DATABASE mini_order_system FROM PUBLIC;
GRANT CONNECT ON DATABASE mini_order_system TO mini_order_system;

-- Two roles and a database for the service. Run it once, as a superuser of PostgreSQL 15 or newer:
--
--   psql --dbname=postgres --file=deploy/create-roles.sql
--
-- and give both roles a password (in psql: \password mini_order_system). Then
--
--   MIGRATION_DATABASE_URL=postgresql://mini_order_system_owner:…@host/mini_order_system
--   DATABASE_URL=postgresql://mini_order_system:…@host/mini_order_system
--
-- The owner makes and changes the tables. What the other role may do with them, it gets from
-- the owner after each migration (src/database/service-grants.ts).

CREATE ROLE mini_order_system_owner LOGIN;
CREATE ROLE mini_order_system LOGIN;
CREATE DATABASE mini_order_system OWNER mini_order_system_owner ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0;

-- Everybody may connect and make temporary tables by default.
REVOKE ALL ON DATABASE mini_order_system FROM PUBLIC;
GRANT CONNECT ON DATABASE mini_order_system TO mini_order_system;

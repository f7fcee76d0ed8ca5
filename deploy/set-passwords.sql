-- For Compose: sets the passwords from the environment for the roles of create-roles.sql.
\getenv owner_password POSTGRES_PASSWORD
\getenv service_password POSTGRES_SERVICE_PASSWORD
ALTER ROLE mini_order_system_owner PASSWORD :'owner_password';
ALTER ROLE mini_order_system PASSWORD :'service_password';

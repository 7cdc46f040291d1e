#!/bin/bash
# Runs once, when the database's volume is empty. POSTGRES_USER is a superuser, for whom
# row-level security is off; the product signs in as a role that it binds.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -v password="$BUYREADINESS_PASSWORD" \
  --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE buyreadiness LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB
  PASSWORD :'password';
CREATE DATABASE buyreadiness OWNER buyreadiness ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE buyreadiness FROM PUBLIC;
SQL

#!/bin/bash
# Runs when the data directory is created, and may be run again: for every POSTGRES_PASSWORD_<SERVICE> in the environment
# a role for its processes, for POSTGRES_OWNER_PASSWORD_<SERVICE> a role that owns its database and migrates it, for
# POSTGRES_SEALER_PASSWORD_<SERVICE> one that seals its audit trail, and the database. One of version 0.1.0, which belonged to its processes, is given to its new owner.
set -euo pipefail
for variable in $(compgen -e | grep '^POSTGRES_PASSWORD_'); do
  service=${variable#POSTGRES_PASSWORD_}
  owner_variable=POSTGRES_OWNER_PASSWORD_$service
  sealer_variable=POSTGRES_SEALER_PASSWORD_$service
  psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -v name="crm_${service,,}" -v password="${!variable}" \
    -v owner="crm_${service,,}_owner" -v owner_password="${!owner_variable}" \
    -v sealer="crm_${service,,}_sealer" -v sealer_password="${!sealer_variable}" <<'SQL'
SELECT format('CREATE ROLE %I', role) FROM unnest(ARRAY[:'name', :'owner', :'sealer']) role
WHERE role NOT IN (SELECT rolname FROM pg_roles) \gexec
ALTER ROLE :"name" LOGIN PASSWORD :'password';
ALTER ROLE :"owner" LOGIN PASSWORD :'owner_password';
ALTER ROLE :"sealer" LOGIN PASSWORD :'sealer_password';
GRANT :"name" TO :"owner";
SELECT format('CREATE DATABASE %I', :'name') WHERE :'name' NOT IN (SELECT datname FROM pg_database) \gexec
ALTER DATABASE :"name" OWNER TO :"owner";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"name" TO :"name", :"sealer";
SQL
done

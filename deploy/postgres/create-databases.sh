#!/bin/bash
# Runs once, when the data directory is created: one role and one database of its own for every
# POSTGRES_PASSWORD_<SERVICE> in the environment.
set -euo pipefail
for variable in $(compgen -e | grep '^POSTGRES_PASSWORD_'); do
  service=${variable#POSTGRES_PASSWORD_}
  psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -v name="crm_${service,,}" -v password="${!variable}" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done

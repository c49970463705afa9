-- A role and a database for each service of deploy/services.yaml.
CREATE ROLE crm_identity LOGIN PASSWORD 'crm';
CREATE DATABASE crm_identity OWNER crm_identity;
REVOKE ALL ON DATABASE crm_identity FROM PUBLIC;
CREATE ROLE crm_contacts LOGIN PASSWORD 'crm';
CREATE DATABASE crm_contacts OWNER crm_contacts;
REVOKE ALL ON DATABASE crm_contacts FROM PUBLIC;
CREATE ROLE crm_sales LOGIN PASSWORD 'crm';
CREATE DATABASE crm_sales OWNER crm_sales;
REVOKE ALL ON DATABASE crm_sales FROM PUBLIC;
CREATE ROLE crm_marketing LOGIN PASSWORD 'crm';
CREATE DATABASE crm_marketing OWNER crm_marketing;
REVOKE ALL ON DATABASE crm_marketing FROM PUBLIC;
CREATE ROLE crm_support LOGIN PASSWORD 'crm';
CREATE DATABASE crm_support OWNER crm_support;
REVOKE ALL ON DATABASE crm_support FROM PUBLIC;
CREATE ROLE crm_reporting LOGIN PASSWORD 'crm';
CREATE DATABASE crm_reporting OWNER crm_reporting;
REVOKE ALL ON DATABASE crm_reporting FROM PUBLIC;

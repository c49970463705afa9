"""Tools for the people who change a contract: `python -m crm_contracts.tools build|check|release`."""

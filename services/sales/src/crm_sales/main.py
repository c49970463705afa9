"""The command `crm-sales`."""

from crm_chassis.cli import run


def main() -> None:
    """Runs a sub-command of the service."""
    run("crm_sales.service:service")

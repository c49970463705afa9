"""The command `crm-reporting`."""

from crm_chassis.cli import run


def main() -> None:
    """Runs a sub-command of the service."""
    run("crm_reporting.service:service")

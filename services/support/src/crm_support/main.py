"""The command `crm-support`."""

from crm_chassis.cli import run


def main() -> None:
    """Runs a sub-command of the service."""
    run("crm_support.service:service")

"""The local launcher: the whole suite on one machine, with one command.

`python -m deploy.dev up` is the command line; `deploy.dev.instance.Instance` is the same as a Python API.
"""


class LauncherError(Exception):
    """Something the person at the keyboard can repair. Its text is one paragraph that says how."""

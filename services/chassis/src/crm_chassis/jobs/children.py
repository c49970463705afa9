"""Computing in a process of its own: files, documents, matching, models.

A worker has one thread of the operating system for everything it does. What computes for long goes to a child process,
which the worker starts and ends; a green thread waits for it. The child is a new interpreter, not a fork: a copy of
a worker would hold its connections.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any, TypeVar

R = TypeVar("R")

MEGABYTES = 1024


class ChildFailed(Exception):
    """The child process ended without an answer: it was killed, or its answer cannot be passed on."""


class ChildTimedOut(ChildFailed):
    """The child process took too long and was killed."""


def in_child(function: Callable[..., R], *arguments: Any, seconds: float, megabytes: int = MEGABYTES) -> R:
    """What `function(*arguments)` returns in a child process. To start one takes about half a second.

    The function is known by module and name; arguments and result are pickled. What it raises is raised here. It has so
    many seconds and so much memory: then ChildTimedOut, or its own MemoryError, is raised. ChildFailed is raised if
    it dies. When this process dies, the child ends too. Not for use in a transaction: it would wait.
    """
    lifeline, held = os.pipe()
    try:
        command = [sys.executable, "-m", "crm_chassis.jobs.child", str(lifeline), str(seconds), str(megabytes)]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=[lifeline])
        with child:
            try:
                answer, _ = child.communicate(pickle.dumps((function, arguments)), timeout=seconds)
            except subprocess.TimeoutExpired as error:
                child.kill()
                raise ChildTimedOut(f"{function.__qualname__} took longer than {seconds:g} s") from error
            except BaseException:
                child.kill()
                raise
    finally:
        os.close(lifeline)
        os.close(held)
    if not answer:
        raise ChildFailed(f"the child process of {function.__qualname__} ended with {child.returncode}")
    succeeded, result = pickle.loads(answer)
    if not succeeded:
        raise result
    return result

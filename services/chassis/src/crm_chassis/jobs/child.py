"""The child process of `children.in_child`: `python -m crm_chassis.jobs.child <lifeline> <seconds> <megabytes>`."""

from __future__ import annotations

import math
import os
import pickle
import resource
import sys
import threading
import traceback
from contextlib import suppress
from typing import Any

from crm_chassis.jobs.children import ChildFailed


def main(lifeline: int, seconds: float, megabytes: int) -> None:
    """Answers the one question that stands on standard input."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # What the function prints goes to the log.
    threading.Thread(target=_end_with_parent, args=(lifeline,), daemon=True).start()
    _limit(resource.RLIMIT_AS, megabytes * 2**20)
    # Ends what the parent cannot end any more, even if it never returns to the interpreter.
    _limit(resource.RLIMIT_CPU, math.ceil(seconds) + 1)
    answers.write(_answer(sys.stdin.buffer.read()))
    answers.close()


def _answer(question: bytes) -> bytes:
    """Pickled: whether it succeeded, and its result or its error."""
    try:
        function, arguments = pickle.loads(question)
        return pickle.dumps((True, function(*arguments)))
    except Exception as error:
        error.add_note("In the child process:\n" + "".join(traceback.format_exception(error)))
        with suppress(Exception):
            answer = pickle.dumps((False, error))
            pickle.loads(answer)
            return answer
        return pickle.dumps((False, ChildFailed(repr(error))))


def _end_with_parent(lifeline: int) -> None:
    """Nobody ever writes to the lifeline: it ends when the parent does."""
    os.read(lifeline, 1)
    os._exit(1)


def _limit(which: int, amount: int) -> None:
    _, hard = resource.getrlimit(which)
    soft: Any = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
    # Not every system knows every limit.
    with suppress(ValueError, OSError):
        resource.setrlimit(which, (soft, hard))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))

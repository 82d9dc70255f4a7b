"""Where the trees of a bundle are checked: in this process, or in several where it is worth it."""

from __future__ import annotations

import signal
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from allocation.errors import AsrError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WORTH_PROCESSES: Final = 200_000  # leaves; a process takes as long to start as 30,000 to check
MOST_PROCESSES: Final = 4  # more would wait for the one that reads the allocations

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def workers(processes: int, leaves: int) -> Iterator[Executor]:
    """Lend what runs tasks: at most so many processes, or none but this for so few leaves.

    Errors: AsrError where a process is killed.
    """
    if processes == 1 or leaves < WORTH_PROCESSES:
        yield _AtOnce()
        return
    # started anew rather than forked: this one has threads
    count = min(processes, MOST_PROCESSES)
    pool = ProcessPoolExecutor(count, get_context("spawn"), initializer=_serve)
    try:
        yield pool
    except BrokenProcessPool as error:
        problem = "a process that checked trees was killed, perhaps for want of memory"
        raise AsrError(f"{problem}; start the command again") from error
    finally:
        pool.shutdown(cancel_futures=True)


class _AtOnce(Executor):
    """Runs every task when it is given."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a task."""
        future: Future[T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def _serve() -> None:
    """Leave Ctrl-C to the first process, and end with it even where it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None, "a worker has been started by somebody"  # noqa: S101 - Python's promise
    parent.join()
    signal.raise_signal(signal.SIGTERM)  # pragma: no cover - nothing is written down any more

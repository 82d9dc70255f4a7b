"""Where work on the trees of a bundle is done: in this process, or in several if it is worth it."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, cast

from allocation.errors import AsrError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.connection import Connection

WORTH_PROCESSES: Final = 200_000  # leaves; a process takes as long to start as 30,000 to check
MOST_PROCESSES: Final = 4  # more would wait for the one that reads the allocations

Job = TypeVar("Job")
Result = TypeVar("Result")


class Runner(Protocol):
    """Does a task with many jobs, and yields the results in whatever order they come."""

    def __call__(self, task: Callable[[Job], Result], jobs: Iterable[Job], /) -> Iterator[Result]:
        """Do `task` with every job; a job is made when somebody is free for it."""


@contextmanager
def runner(processes: int, leaves: int) -> Iterator[Runner]:
    """Lend at most so many processes, or this one alone for so few leaves.

    Errors: AsrError where a process is killed.
    """
    if processes == 1 or leaves < WORTH_PROCESSES:
        yield map
        return
    crew = _Crew(min(processes, MOST_PROCESSES))
    try:
        yield crew.run
    except BaseException:
        crew.terminate()
        raise
    finally:
        crew.close()


class _Crew:
    """Processes that wait at the ends of pipes; each has one job at a time, so none blocks."""

    def __init__(self, count: int) -> None:
        context = get_context("spawn")  # rather than forked: this process has threads
        self._idle: list[Connection] = []
        self._busy: list[Connection] = []
        self._processes = []
        for _ in range(count):
            ours, theirs = context.Pipe()
            # what this process leaves behind, however it ends, is ended too: Python ends daemons,
            # and a pipe is closed with the process at its other end
            process = context.Process(target=_serve, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._idle.append(ours)

    def run(self, task: Callable[[Job], Result], jobs: Iterable[Job], /) -> Iterator[Result]:
        """Do a task with every job."""
        for job in jobs:
            while not self._idle:
                yield self._receive()
            connection = self._idle.pop()
            self._busy.append(connection)
            with _explaining_the_dead():
                connection.send((task, job))
        while self._busy:
            yield self._receive()

    def _receive(self) -> Any:
        connection = cast("Connection", wait(self._busy)[0])
        with _explaining_the_dead():
            result = connection.recv()
        self._busy.remove(connection)
        self._idle.append(connection)
        return result

    def terminate(self) -> None:
        """End the processes in the middle of whatever they do."""
        for process in self._processes:
            process.terminate()

    def close(self) -> None:
        """Let the processes go."""
        for connection in self._idle + self._busy:
            connection.close()
        for process in self._processes:
            process.join()


@contextmanager
def _explaining_the_dead() -> Iterator[None]:
    try:
        yield
    except (EOFError, ConnectionError) as error:
        problem = "a process that did a part of the work was killed, perhaps for want of memory"
        raise AsrError(f"{problem}; start the command again") from error


def _serve(connection: Connection) -> None:
    """Do one job after the other until the other end is closed; Ctrl-C is for the other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            task, job = connection.recv()
        except EOFError:
            return
        result = task(job)
        try:
            connection.send(result)
        except BrokenPipeError:
            return  # nobody waits for it any more

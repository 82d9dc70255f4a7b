"""Answers that are hardly HTTP: each ends in one clear error, and nothing else is printed."""

from __future__ import annotations

import gc
import socket
import threading
import warnings
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from merkle import rpc
from tests.chain.server import QUICK, asked_slot

if TYPE_CHECKING:
    from collections.abc import Iterator

OK = b"HTTP/1.1 200 OK\r\n"
NO_ANSWER = "the answer is not JSON-RPC 2.0"
BROKEN = "the connection broke (1 attempt)"


@contextmanager
def saying(content: bytes) -> Iterator[str]:
    """Listen once, and say the same to whoever comes."""

    def speak() -> None:
        connection, _ = listener.accept()
        with connection:
            question = b""
            while not question.endswith(b"}"):  # what is left unread resets the connection
                question += connection.recv(10_000)
            connection.sendall(content)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=speak)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/secret-key"
        thread.join()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"garbage\r\n\r\n", BROKEN),
        (b"HTTP/1.1 99999 X\r\n\r\n", BROKEN),
        (OK + b"a broken line\r\n\r\n{}", NO_ANSWER),
        (OK + b"A: b\r\n" * 200 + b"\r\n{}", BROKEN),
        (OK + b"A: " + b"b" * 70_000 + b"\r\n\r\n{}", BROKEN),
        (OK + b"Content-Length: -5\r\n\r\n{}", NO_ANSWER),
        (OK + b"Content-Length: 9\r\n\r\n{}", BROKEN),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}", BROKEN),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}", BROKEN),
        (OK + b"Content-Encoding: gz\xffip\r\n\r\n{}", "an answer in a coding nobody asked for"),
    ],
    ids=lambda value: str(value[:40]),
)
def test_what_is_hardly_http_is_one_error(
    content: bytes,
    problem: str,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert problem == problem_with(content)
    assert ("", "") == capfd.readouterr()
    assert "" == caplog.text


def test_two_lengths_are_one_error() -> None:
    """urllib3 leaves such a connection to the garbage collector, which warns of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        problem = problem_with(OK + b"Content-Length: 5, 6\r\n\r\n{}")
        gc.collect()
    assert "the answer's headers contradict each other (1 attempt)" == problem


def problem_with(content: bytes) -> str:
    """What is said of such an answer."""
    with saying(content) as url, pytest.raises(rpc.RpcError) as caught:
        asked_slot(rpc.connect(url, limits=replace(QUICK, attempts=1)))
    assert "secret-key" not in str(caught.value)
    return caught.value.problem

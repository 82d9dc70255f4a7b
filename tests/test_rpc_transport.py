"""Nodes that are not there, slow, busy, broken or without end: what is tried again, and said."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from merkle import rpc
from tests.chain import faults
from tests.chain.server import QUICK, Server, asked_slot, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWER = json.dumps({"jsonrpc": "2.0", "id": 1, "result": 5}).encode()
GZIP = {"Content-Encoding": "gzip"}


def slot_of(server: Server) -> int:
    return server.chain.get_clock().slot


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize(
    "fault",
    [
        faults.Status(500),
        faults.Status(503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
        faults.Status(429),
        faults.Status(429, {"Retry-After": "0"}),
        faults.Reset(),
        faults.LostAnswer(),
        faults.BreakOff(10),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_what_may_pass_is_asked_again(
    server: Server, client: rpc.Client, fault: faults.Fault
) -> None:
    server.fail(fault, times=2)
    assert slot_of(server) == asked_slot(client)
    assert 3 == server.calls["getSlot"]


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (faults.Status(500), "HTTP 500"),
        (faults.Status(429), "HTTP 429"),
        (faults.Reset(), "the connection broke"),
        (faults.BreakOff(10), "the connection broke"),
    ],
)
def test_what_does_not_pass_ends_after_the_last_attempt(
    server: Server, client: rpc.Client, fault: faults.Fault, problem: str
) -> None:
    server.fail(fault, times=3)
    with pytest.raises(rpc.UnreachableError) as caught:
        asked_slot(client)
    remedy = "check that the node runs and the URL is right"
    assert f"{server.url}: getSlot: {problem} (3 attempts); {remedy}" == str(caught.value)
    assert 3 == server.calls["getSlot"]


def test_a_node_that_is_silent_is_asked_again(server: Server) -> None:
    client = rpc.connect(server.url, limits=replace(QUICK, read_timeout=0.1, attempts=2))
    server.fail(faults.Silence(0.15), times=2)
    with pytest.raises(rpc.UnreachableError) as caught:
        asked_slot(client)
    assert "no answer in time (2 attempts)" == caught.value.problem
    assert 2 == server.calls["getSlot"]


def test_an_answer_that_drips_is_not_waited_for(server: Server) -> None:
    client = rpc.connect(server.url, limits=replace(QUICK, whole_timeout=0.1, attempts=1))
    server.fail(faults.Drip(0.03))
    with pytest.raises(rpc.UnreachableError, match=r"no whole answer within 0\.1 seconds"):
        asked_slot(client)


BODY_IN_PIECES = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"x"),
        (BODY_IN_PIECES, b"X: a trailer\r\n"),
    ],
    ids=["interim answers", "a header", "trailers"],
)
def test_an_answer_without_end_is_not_waited_for(first: bytes, then: bytes) -> None:
    limits = replace(QUICK, whole_timeout=0.2, attempts=1)
    with listening(first, then) as port:
        client = rpc.connect(f"http://127.0.0.1:{port}", limits=limits)
        with pytest.raises(rpc.UnreachableError, match=r"no whole answer within 0\.2 seconds"):
            asked_slot(client)


def test_nothing_that_listens_is_said() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(rpc.UnreachableError) as caught:
        asked_slot(rpc.connect(url, limits=QUICK))
    assert "no connection (3 attempts)" == caught.value.problem


def test_a_host_without_an_address_is_said() -> None:
    client = rpc.connect("http://node.invalid", limits=replace(QUICK, attempts=1))
    with pytest.raises(rpc.UnreachableError, match=r"no such host \(1 attempt\)"):
        asked_slot(client)


def test_a_host_that_can_have_no_address_is_said() -> None:
    client = rpc.connect(f"http://{'a' * 70}.example", limits=replace(QUICK, attempts=1))
    with pytest.raises(rpc.UnreachableError, match="no such host"):
        asked_slot(client)


def test_pauses_double_and_are_bounded(server: Server) -> None:
    limits = replace(QUICK, attempts=4, first_pause=0.02, longest_pause=0.03)
    server.fail(faults.Status(500), times=3)
    begun = time.monotonic()
    asked_slot(rpc.connect(server.url, limits=limits))
    assert 0.08 <= time.monotonic() - begun


def test_a_busy_node_is_left_alone_as_long_as_it_asks(server: Server) -> None:
    client = rpc.connect(server.url, limits=replace(QUICK, longest_pause=1.0))
    server.fail(faults.Status(429, {"Retry-After": "1"}))
    begun = time.monotonic()
    asked_slot(client)
    assert 1.0 <= time.monotonic() - begun


@pytest.mark.parametrize(("asked", "shown"), [("3600", "3,600"), ("9" * 400, "1,000,000")])
def test_a_node_that_wants_to_be_left_alone_for_long_is_given_up(
    server: Server, client: rpc.Client, asked: str, shown: str
) -> None:
    server.fail(faults.Status(429, {"Retry-After": asked}))
    with pytest.raises(rpc.UnreachableError, match=f"429, and asks to wait {shown} seconds; try"):
        asked_slot(client)
    assert 1 == server.calls["getSlot"]


@pytest.mark.parametrize("code", [400, 401, 403, 404, 413])
def test_a_refusal_of_http_is_final(server: Server, client: rpc.Client, code: int) -> None:
    server.fail(faults.Status(code))
    with pytest.raises(rpc.UnreachableError, match=f"HTTP {code}; check the URL and the key in it"):
        asked_slot(client)
    assert 1 == server.calls["getSlot"]


def test_a_redirect_is_not_followed(server: Server, client: rpc.Client) -> None:
    with serving() as elsewhere:
        server.fail(faults.Status(307, {"Location": elsewhere.url}))
        with pytest.raises(rpc.UnreachableError, match="it sends us elsewhere, where we do not go"):
            asked_slot(client)
        assert 0 == elsewhere.calls.total()


def test_a_packed_answer_is_unpacked(server: Server, client: rpc.Client) -> None:
    server.fail(faults.Body(gzip.compress(ANSWER, mtime=0), GZIP))
    assert 5 == asked_slot(client)


@pytest.mark.parametrize(
    ("content", "headers", "problem"),
    [
        (gzip.compress(ANSWER, mtime=0)[:-9], GZIP, "an answer of gzip that breaks off"),
        (ANSWER, GZIP, "an answer of broken gzip"),
        (ANSWER, {"Content-Encoding": "br"}, "an answer in a coding nobody asked for"),
        (b"{" + b" " * 5_000, {}, "an answer of more than 1,000 bytes"),
        (gzip.compress(b" " * 10**5, mtime=0), GZIP, "an answer of more than 1,000 bytes"),
    ],
)
def test_an_answer_that_is_broken_or_too_large_is_refused(
    server: Server, content: bytes, headers: dict[str, str], problem: str
) -> None:
    client = rpc.connect(server.url, limits=replace(QUICK, largest_answer=1_000))
    server.fail(faults.Body(content, headers))
    with pytest.raises(rpc.AnswerError) as caught:
        asked_slot(client)
    assert f"{server.url}: getSlot: {problem}; ask another node" == str(caught.value)
    assert 1 == server.calls["getSlot"]


def test_no_certificate_no_connection() -> None:
    with listening() as port:
        client = rpc.connect(f"https://127.0.0.1:{port}", limits=QUICK)
        with pytest.raises(rpc.UnreachableError) as caught:
            asked_slot(client)
    reason = "no trusted connection: the certificate or the protocol was refused"
    assert reason == caught.value.problem


@contextmanager
def listening(first: bytes = b"HTTP/1.1 200 OK\r\n\r\n", then: bytes = b"") -> Iterator[int]:
    """Listen once, answer `first`, and go on with `then` now and then; nobody speaks TLS."""
    is_over = threading.Event()

    def speak() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(10_000)
            connection.sendall(first)
            while then and not is_over.wait(0.02):
                connection.sendall(then)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=speak)
        thread.start()
        yield listener.getsockname()[1]
        is_over.set()
        thread.join()

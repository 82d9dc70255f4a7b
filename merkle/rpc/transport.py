"""One question to a node over HTTP, and its answer as bytes: patient, but within bounds.

Every call that is repeated here is safe to repeat: all of them only read, except
`sendTransaction`, and the chain executes the same signed bytes at most once.
"""

from __future__ import annotations

import logging
import time
import zlib
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Final

from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError, SSLError

from merkle.rpc.errors import AnswerError, UnreachableError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

    from merkle.rpc.endpoint import Endpoint

_OK: Final = 200
_REDIRECTS: Final = range(300, 400)
_BUSY: Final = 429
_BROKEN: Final = range(500, 600)
_CHUNK: Final = 2**16
_GZIP: Final = 16 + zlib.MAX_WBITS  # zlib's word for "with the header of gzip"
_LONGEST_WAIT: Final = 6  # digits of a Retry-After in seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long one call may take, and how much it may bring; times in seconds."""

    connect_timeout: float = 10.0
    read_timeout: float = 30.0  # between two pieces of an answer
    whole_timeout: float = 60.0  # from the look-up of the host to the last byte of an answer
    attempts: int = 5  # at least 1
    first_pause: float = 0.5  # doubled after every further attempt
    longest_pause: float = 10.0  # also the longest Retry-After that is honoured
    largest_answer: int = 32 * 2**20  # bytes, unpacked


class _AgainError(Exception):
    """One attempt failed in a way that another may not; `pause` is what the node asked for."""

    def __init__(self, problem: str, pause: float | None = None) -> None:
        super().__init__(problem)
        self.problem, self.pause = problem, pause


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """The line to one node; redirects are not followed and no proxy of the environment is used."""

    endpoint: Endpoint
    limits: Limits
    pool: PoolManager

    def post(self, method: str, body: bytes) -> bytes:
        """Send one question until it is answered, at most `attempts` times.

        Errors: UnreachableError when no answer came, AnswerError when it came in no usable form.
        """
        pause = self.limits.first_pause
        for attempt in range(1, self.limits.attempts + 1):
            try:
                return self._attempt(method, body)
            except _AgainError as error:
                last = error
            if attempt < self.limits.attempts:
                time.sleep(self._pause(method, last, pause))
                pause *= 2
        attempts = self.limits.attempts
        problem = f"{last.problem} ({attempts} attempt{'s' if attempts > 1 else ''})"
        raise self._unreachable(method, problem, "check that the node runs and the URL is right")

    def _pause(self, method: str, error: _AgainError, pause: float) -> float:
        longest = self.limits.longest_pause
        if error.pause is None:
            return min(pause, longest)
        if error.pause > longest:
            problem = f"{error.problem}, and asks to wait {error.pause:,.0f} seconds"
            raise self._unreachable(method, problem, "try again then, or use another node")
        return error.pause

    def _attempt(self, method: str, body: bytes) -> bytes:
        """Ask once, in a thread that is left alone when its time is over.

        A timeout of a socket begins anew with every byte that comes, be it of a header or of one
        "100 Continue" after the other, and none holds for the look-up of a host.
        """
        asked: Future[bytes] = Future()
        Thread(target=self._fulfil, args=(asked, method, body), daemon=True).start()
        try:
            return asked.result(self.limits.whole_timeout)
        except TimeoutError:
            problem = f"no whole answer within {self.limits.whole_timeout:g} seconds"
            raise _AgainError(problem) from None

    def _fulfil(self, asked: Future[bytes], method: str, body: bytes) -> None:
        try:
            asked.set_result(self._exchange(method, body))
        except Exception as error:
            asked.set_exception(error)

    def _exchange(self, method: str, body: bytes) -> bytes:
        limits = self.limits
        timeout = Timeout(connect=limits.connect_timeout, read=limits.read_timeout)
        try:
            response = self.pool.request(
                "POST",
                self.endpoint.url,
                body=body,
                headers=self.endpoint.headers,
                timeout=timeout,
                redirect=False,
                retries=False,
                preload_content=False,
            )
            try:
                self._check_status(method, response)
                return self._unpacked(method, response, self._read(method, response))
            finally:
                response.close()
        except SSLError as error:
            problem = f"no trusted connection: {_reason(error)}"
            raise self._unreachable(method, problem, "check the URL and the certificates") from None
        except HTTPError as error:
            raise _AgainError(_reason(error)) from None  # its text may hold the path of the URL

    def _check_status(self, method: str, response: BaseHTTPResponse) -> None:
        status = response.status
        if status == _OK:
            return
        if status == _BUSY or status in _BROKEN:
            raise _AgainError(f"HTTP {status}", _retry_after(response))
        if status in _REDIRECTS:
            problem = f"HTTP {status}: it sends us elsewhere, where we do not go"
            raise self._unreachable(method, problem, "name the URL that answers itself")
        remedy = "check the URL and the key in it, and that the provider allows this method"
        raise self._unreachable(method, f"HTTP {status}", remedy)

    def _read(self, method: str, response: BaseHTTPResponse) -> bytes:
        """Read a body in pieces, so that its size is not without end."""
        pieces, size = [], 0
        while piece := response.read1(_CHUNK, decode_content=False):
            size += len(piece)
            if size > self.limits.largest_answer:
                raise self._too_large(method)
            pieces.append(piece)
        return b"".join(pieces)

    def _unpacked(self, method: str, response: BaseHTTPResponse, body: bytes) -> bytes:
        """Undo the one coding that was offered, never beyond the largest answer."""
        coding = response.headers.get("Content-Encoding", "identity").lower()
        if coding == "identity":
            return body
        if coding != "gzip":
            raise AnswerError(self.endpoint.shown, method, "an answer in a coding nobody asked for")
        unpacker = zlib.decompressobj(_GZIP)
        try:
            plain = unpacker.decompress(body, self.limits.largest_answer + 1)
        except zlib.error as error:
            raise AnswerError(self.endpoint.shown, method, "an answer of broken gzip") from error
        if len(plain) > self.limits.largest_answer:
            raise self._too_large(method)
        if not unpacker.eof:
            raise AnswerError(self.endpoint.shown, method, "an answer of gzip that breaks off")
        return plain

    def _too_large(self, method: str) -> AnswerError:
        problem = f"an answer of more than {self.limits.largest_answer:,} bytes"
        return AnswerError(self.endpoint.shown, method, problem)

    def _unreachable(self, method: str, problem: str, remedy: str) -> UnreachableError:
        return UnreachableError(self.endpoint.shown, method, problem, remedy)


def open_transport(endpoint: Endpoint, limits: Limits) -> Transport:
    """Prepare the line to a node; nothing is sent yet."""
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)  # its lines show URLs, and so keys
    return Transport(endpoint=endpoint, limits=limits, pool=PoolManager(num_pools=1, maxsize=1))


def _retry_after(response: BaseHTTPResponse) -> float | None:
    """Read how many seconds a busy node asks for; a date is left to our own pauses."""
    text = response.headers.get("Retry-After", "")
    if not (text.isascii() and text.isdigit()):
        return None
    return float(text[:_LONGEST_WAIT]) if len(text) <= _LONGEST_WAIT else 10.0**_LONGEST_WAIT


_REASONS: Final = {
    "NewConnectionError": "no connection",
    "NameResolutionError": "no such host",
    "ConnectTimeoutError": "no connection in time",
    "ReadTimeoutError": "no answer in time",
    "ProtocolError": "the connection broke",
    "InvalidHeader": "the answer's headers contradict each other",
    "LocationParseError": "no such host",
    "SSLError": "the certificate or the protocol was refused",
}


def _reason(error: HTTPError) -> str:
    """Say what happened by the kind of error alone: its own text may hold a key from the URL."""
    return _REASONS.get(type(error).__name__, type(error).__name__)

"""A node for tests: JSON-RPC over real HTTP on loopback, in front of a chain in memory.

It answers honestly until a test tells it which answers are to be wrong, and how.
"""

from __future__ import annotations

import json
import struct
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SO_LINGER, SOL_SOCKET
from typing import TYPE_CHECKING, Any, Final

from merkle.rpc import Limits
from merkle.rpc.client import ask
from tests.chain import faults
from tests.chain.answers import Answers, RefusedError
from tests.chain.model import ModelChain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from merkle.rpc import Client
    from tests.chain.building import Chain
    from tests.chain.faults import Fault

QUICK: Final = Limits(
    connect_timeout=1.0,
    read_timeout=1.0,  # reached only where a test wants it: real answers take milliseconds
    whole_timeout=2.0,
    attempts=3,
    first_pause=0.01,
    longest_pause=0.05,
)
RESET_AT_ONCE: Final = struct.pack("ii", 1, 0)  # linger for 0 seconds: close with RST


class Server:
    """One node. `node` holds its state, `calls` counts methods, `fail` makes answers wrong."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.node = Answers(chain)
        self.calls: Counter[str] = Counter()
        self.questions: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []  # of every request, names in lower case
        self.paths: list[str] = []
        self._faults: list[tuple[str | None, Fault]] = []
        self._lock = threading.Lock()
        self._http = _Listener(("127.0.0.1", 0), _Handler)
        self._http.owner = self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def fail(self, fault: Fault, *, times: int = 1, method: str | None = None) -> None:
        """Let the next answers, or those of one method, go wrong."""
        self._faults += [(method, fault)] * times

    def next_fault(self, method: str) -> Fault | None:
        for at, (wanted, _) in enumerate(self._faults):
            if wanted in (None, method):
                return self._faults.pop(at)[1]
        return None

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """What an honest node says."""
        envelope = {"jsonrpc": "2.0", "id": question["id"]}
        method = self.node.methods().get(question["method"], _unknown)
        with self._lock:
            try:
                return envelope | {"result": method(*question["params"])}
            except RefusedError as refused:
                error = {"code": refused.code, "message": refused.message, "data": refused.data}
                return envelope | {"error": error}

    def start(self) -> None:
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@contextmanager
def serving(chain: Chain | None = None) -> Iterator[Server]:
    """Serve a chain, by default a new ModelChain."""
    server = Server(chain if chain is not None else ModelChain())
    server.start()
    try:
        yield server
    finally:
        server.stop()


def asked_slot(client: Client) -> int:
    """Ask for a whole number, where a test is about how a node answers and not about what."""
    return ask(client, "getSlot", [{"commitment": client.commitment}]).u64()


def _unknown(*_: object) -> object:
    raise RefusedError(-32601, "Method not found")


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    owner: Server

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: a client that goes away early is what tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, _Listener)
        owner = server.owner
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        owner.calls[question["method"]] += 1
        owner.questions.append(question)
        owner.headers.append({name.lower(): value for name, value in self.headers.items()})
        owner.paths.append(self.path)
        self._reply(owner, question, owner.next_fault(question["method"]))

    def _reply(self, owner: Server, question: dict[str, Any], fault: Fault | None) -> None:
        match fault:
            case faults.Status(code, headers):
                self._send(b"", code, headers)
            case faults.Body(content, headers):
                self._send(content, 200, headers)
            case faults.Reset():
                self._reset()
            case faults.ErrorObject(code, message, details):
                error = {"code": code, "message": message, "data": details}
                envelope = {"jsonrpc": "2.0", "id": question["id"], "error": error}
                self._send(json.dumps(envelope).encode())
            case _:
                self._carry_out(owner.answer(question), fault)

    def _carry_out(self, answer: dict[str, Any], fault: Fault | None) -> None:
        """Send what was answered, or what a fault makes of it."""
        content = json.dumps(answer).encode()
        match fault:
            case faults.Silence(seconds):
                time.sleep(seconds)
                self._send(content)
            case faults.Changed(change):
                self._send(json.dumps(change(answer)).encode())
            case faults.LostAnswer():
                self._reset()
            case faults.BreakOff(kept):
                self._break_off(content, kept)
            case faults.Drip(pause):
                self._drip(content, pause)
            case _:
                self._send(content)

    def _send(self, content: bytes, code: int = 200, headers: dict[str, str] | None = None) -> None:
        self._head(len(content), code, headers or {})
        self.wfile.write(content)

    def _head(self, length: int, code: int, headers: dict[str, str]) -> None:
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        for name, value in ({"Content-Length": str(length)} | headers).items():
            self.send_header(name, value)
        self.end_headers()

    def _drip(self, content: bytes, pause: float) -> None:
        self._head(len(content), 200, {})
        for byte in content:
            time.sleep(pause)
            self.wfile.write(bytes([byte]))

    def _break_off(self, content: bytes, kept: int) -> None:
        self._head(len(content), 200, {})
        self.wfile.write(content[:kept])
        self.close_connection = True

    def _reset(self) -> None:
        self.connection.setsockopt(SOL_SOCKET, SO_LINGER, RESET_AT_ONCE)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Print nothing."""

"""What all tests share: how hypothesis searches, the fixture round's bundle, a node, a desk."""

# ruff: noqa: PLC0415 - most tests need none of what a fixture imports

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from merkle import rpc
    from tests.chain.server import Server
    from tests.claim_chain import Deployment
    from tests.deploy_desk import Desk

LEGIBLE = 40  # bytes; a parameter of more is named by its length
FIXTURES = Path(__file__).parent.parent / "fixtures"

# No test asserts a time. Where CI is set the same examples come every time, so that a change is
# judged by what it changes; elsewhere every run looks at new ones.
settings.register_profile("asr", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("asr")

# A shell starts what it runs in the background with interruptions ignored, and that is inherited:
# a command that a test interrupts has to hear of it wherever the tests run.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a test by what it is given, but by no bytes that nobody can read.

    Workers that share the tests have to know each by the same name, and bytes may hold a time.
    """
    if isinstance(val, bytes) and (len(val) > LEGIBLE or not val.isascii()):
        return f"{argname} of {len(val)} bytes"
    return None


@pytest.fixture(scope="session")
def fixture_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of the fixture round: read it, never change it."""
    from tests.building import build

    out = tmp_path_factory.mktemp("asr-2024-q1") / "bundle"
    build(FIXTURES / "asr-2024-q1" / "round.toml", out)
    return out


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tests of one module build bundles, each once."""
    return tmp_path_factory.mktemp("bundles")


@pytest.fixture
def server() -> Iterator[Server]:
    """A node over HTTP with a chain of its own."""
    from tests.chain.server import serving

    with serving() as server:
        yield server


@pytest.fixture
def client(server: Server) -> rpc.Client:
    """One who asks the node, and soon gives up."""
    from merkle import rpc
    from tests.chain.server import QUICK

    return rpc.connect(server.url, limits=QUICK)


@pytest.fixture
def staking(folder: Path, server: Server) -> Deployment:
    """A deployment whose claims stake, and wallet 1 with SOL."""
    from tests.claim_chain import deployed
    from tests.claim_rounds import Plan, built

    deployment = deployed(built(folder, Plan()), server)
    deployment.fund(1)
    return deployment


@pytest.fixture
def paying(folder: Path, server: Server) -> Deployment:
    """A deployment whose claims go to the wallets, in part locked."""
    from tests.claim_chain import deployed
    from tests.claim_rounds import TRANSFER, built

    return deployed(built(folder, TRANSFER), server)


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    """An operator's desk, where nothing is planned yet."""
    from tests.deploy_desk import desk_in

    with desk_in(tmp_path, capsys) as made:
        yield made


@pytest.fixture
def planned(desk: Desk) -> Desk:
    """The desk with a plan of all that its bundle asks for."""
    desk.plan("--out", desk.plan_file, "--now", "2026-01-01T00:00:00Z")
    return desk


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file may grow beyond 600 bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)

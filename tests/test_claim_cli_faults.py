"""`asr claim` with nodes that answer badly, and bundles that cannot be claimed from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from merkle import rpc
from merkle.bundle.locate import find_wallet
from merkle.claim.transactions import ClaimOptions
from merkle.rpc.claiming import ready_online
from merkle.rpc.wallet_claims import wallet_claims
from tests.chain.faults import Body, Changed, ErrorObject, Reset, Silence, Status, result
from tests.chain.server import QUICK
from tests.claim_rounds import JUP, TRANSFER, Plan, built, files_of, rebuilt, wallet
from tests.plain_bundle import put, seal
from tests.test_cli import asr

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chain.faults import Fault
    from tests.claim_chain import Deployment


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Body(b"{"), "an answer that is no JSON"),
        (Body(b'{"jsonrpc":"2.0","id":1,"result":NaN}'), "an answer that is no JSON"),
        (Changed(lambda envelope: envelope | {"id": 99}), "to another question"),
        (result(lambda answer: answer | {"value": []}), "getMultipleAccounts"),
        (ErrorObject(-32005, "behind"), "the node is behind the chain"),
        (Status(403), "HTTP 403"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_node_that_answers_badly_ends_it_in_one_line(
    staking: Deployment, fault: Fault, said: str
) -> None:
    staking.server.fail(fault, method="getMultipleAccounts")
    done = staking.claim(1)
    assert (1, "") == (done.code, done.stdout)
    assert said in done.stderr
    assert 1 == done.stderr.count("\n")


@pytest.mark.parametrize("fault", [Status(429), Silence(2.0), Reset()], ids=repr)
def test_a_busy_node_is_asked_again_and_a_dead_one_given_up(
    staking: Deployment, fault: Fault
) -> None:
    claims = wallet_claims(staking.bundle, find_wallet(staking.bundle, wallet(1)))
    client = rpc.connect(staking.server.url, limits=replace(QUICK, read_timeout=0.3))
    staking.server.fail(fault, times=2)
    _, (ready,) = ready_online(client, claims, ClaimOptions())
    assert () == ready.refusals
    staking.server.fail(fault, times=3)
    with pytest.raises(rpc.UnreachableError):
        ready_online(client, claims, ClaimOptions())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {'claim = "stake"': "", '"jupiter"': '"none"'},
            "JUP has no program, so it cannot be claimed on a chain",
        ),
        ({"\nbase = ": "\n# base = "}, "JUP has no distributor address yet"),
    ],
    ids=["program", "address"],
)
def test_a_token_without_program_or_address_cannot_be_claimed(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    done = asr("claim", rebuilt(tmp_path, Plan(), changes), wallet(1))
    assert (1, "") == (done.code, done.stdout)
    assert said in done.stderr


def test_a_round_file_without_the_locker_is_refused(folder: Path, tmp_path: Path) -> None:
    bundle = built(folder, Plan())
    files = files_of(bundle)
    other = built(folder, TRANSFER) / "round.toml"
    done = asr("claim", put(seal(files | {"round.toml": other.read_bytes()}), tmp_path), wallet(1))
    assert (1, "") == (done.code, done.stdout)
    assert f"round.toml: names no locker for JUP, mint {JUP}" in done.stderr


def test_a_proof_too_long_for_a_packet_is_refused(staking: Deployment) -> None:
    (claim,) = wallet_claims(staking.bundle, find_wallet(staking.bundle, wallet(1)))
    deep = replace(claim, siblings=(bytes(32),) * 30)
    client = rpc.connect(staking.server.url, limits=QUICK)
    _, (ready,) = ready_online(client, [deep], ClaimOptions())
    assert ready.refusals[-1].startswith("the claim's proof has 30 hashes, which makes")
    assert () == ready.steps

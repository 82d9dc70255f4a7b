"""`asr claim` after the first claim: what is free of the locked amount is paid, bit by bit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from solders.pubkey import Pubkey

from allocation.address import Address, parse_address
from merkle.program.instructions_admin import clawback
from merkle.program.profiles import PROFILES
from tests.chain.building import (
    funded,
    keypair,
    make_tokens,
    send,
    tokens_at,
)
from tests.chain.keys import token_address
from tests.claim_chain import Deployment, deployed, send_signed
from tests.claim_rounds import (
    ADMIN,
    DAY,
    JUP,
    NOW,
    TRANSFER,
    VESTING,
    Plan,
    amount_of,
    built,
    wallet,
)
from tests.test_cli import asr

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chain.server import Server

MINT = Pubkey.from_string(JUP)
LOCKED = 500_000  # base units, free evenly from the second day to the third
START, END = NOW + DAY, NOW + 2 * DAY
SPONSOR = 40


def paid(deployment: Deployment, number: int) -> int:
    """What a wallet has got beyond its first claim."""
    tokens = token_address(keypair(number).pubkey(), MINT)
    return tokens_at(deployment.chain, tokens) - amount_of(number)


def token_of(deployment: Deployment, number: int, *options: str) -> Any:
    (token,) = deployment.claim_document(number, *options)["tokens"]
    return token


@pytest.fixture
def claimed(paying: Deployment) -> Deployment:
    """A deployment of which wallet 3 has made the first claim."""
    paying.claimed(3)
    return paying


@pytest.mark.parametrize("plan", VESTING, ids=lambda plan: plan.program)
def test_what_is_free_is_paid_as_often_as_something_is(
    folder: Path, server: Server, plan: Plan
) -> None:
    deployment = deployed(built(folder, plan), server)
    deployment.claimed(3)
    assert 0 == paid(deployment, 3)
    for seconds, free in ((DAY // 4, 125_000), (DAY // 3, 166_666 - 125_000), (DAY, 333_334)):
        deployment.wait_until(START + seconds)
        token = token_of(deployment, 3)
        (step,) = token["transactions"]
        assert (True, str(free)) == (token["of_locked"], token["vesting"]["free"])
        assert "claim of the locked amount" == step["title"]
        before = paid(deployment, 3)
        send_signed(server, step["base64"], keypair(3))
        assert free == paid(deployment, 3) - before
    assert LOCKED == paid(deployment, 3)
    expected = ["claimed already, and so is all of 0.500000 JUP locked"]
    assert expected == deployment.refusals(3)


def test_a_text_says_how_much_is_free_withdrawn_and_locked_and_until_when(
    claimed: Deployment,
) -> None:
    claimed.wait_until(START + DAY // 4)
    claimed.claimed(3)
    claimed.wait_until(START + DAY // 2)
    done = claimed.claim(3)
    assert 0 == done.code
    assert "JUP  0.125000 of 0.500000 locked  into the wallet\n" in done.stdout
    assert (
        "  withdrawn      0.125000\n"
        "  free now       0.125000\n"
        "  still locked   0.250000\n"
        "  released       evenly from 2025-01-02 00:00:00 UTC to 2025-01-03 00:00:00 UTC\n"
        "  clawback       possible from 2025-01-05 00:00:00 UTC on\n"
        "  SOL needed     0.000895880 in the wallet, for rent and fees\n"
        "\n"
        "  Transaction 1 of 1: claim of the locked amount\n"
        "    does   claims what is free of the locked amount into the wallet's token\n"
        "           account\n"
        f"    signs  {wallet(3)}  wallet\n"
    ) in done.stdout
    assert all(len(line) <= 80 or " " not in line for line in done.stdout.splitlines())


def test_a_document_says_the_same(claimed: Deployment) -> None:
    claimed.wait_until(START + DAY // 4)
    claimed.claimed(3)
    token = token_of(claimed, 3)
    assert {
        "withdrawn": "125000",
        "free": "0",
        "still_locked": "375000",
        "start": START,
        "end": END,
        "next_free": START + DAY // 4 + 1,
        "clawback_start": NOW + 4 * DAY,
    } == token["vesting"]
    assert ("500000", []) == (token["locked_amount"], token["transactions"])


def test_before_the_first_claim_it_is_said_when_the_rest_comes(paying: Deployment) -> None:
    paying.fund(3)
    done = paying.claim(3)
    assert (
        "  locked         0.500000 more, released over time: see --locked\n"
        "  released       evenly from 2025-01-02 00:00:00 UTC to 2025-01-03 00:00:00 UTC\n"
        "  clawback       possible from 2025-01-05 00:00:00 UTC on\n"
        "  SOL needed"
    ) in done.stdout
    token = token_of(paying, 3)
    assert (False, "500000") == (token["of_locked"], token["vesting"]["still_locked"])


def test_nothing_is_free_before_the_start(claimed: Deployment) -> None:
    begins = (
        "claimed already, and nothing of 0.500000 JUP locked is free at 2025-01-01 00:00:00 UTC: "
        "something will be at 2025-01-02 00:00:01 UTC, all of it at 2025-01-03 00:00:00 UTC"
    )
    assert [begins] == claimed.refusals(3)
    done = claimed.claim(3)
    assert 1 == done.code
    assert "JUP  0.000000 of 0.500000 locked  into the wallet\n" in done.stdout
    assert done.stdout.endswith("\n\nNothing to sign.\n")


def test_twice_in_a_row_there_is_nothing_more(claimed: Deployment) -> None:
    claimed.wait_until(START + DAY // 2)
    claimed.claimed(3)
    (reason,) = claimed.refusals(3)
    assert reason.startswith("claimed already, and nothing more of 0.500000 JUP locked is free")
    claimed.wait_until(START + DAY // 2 + 1)
    claimed.claimed(3)
    assert 250_005 == paid(claimed, 3)


def test_late_everything_is_free_at_once(claimed: Deployment) -> None:
    claimed.wait_until(NOW + 100 * DAY)
    claimed.claimed(3)
    assert LOCKED == paid(claimed, 3)


def test_after_the_clawback_nothing_is(claimed: Deployment) -> None:
    claimed.wait_until(START + DAY // 4)
    claimed.claimed(3)
    claimed.wait_until(NOW + 4 * DAY)
    accounts = claimed.accounts(3)
    taken_back = clawback(
        PROFILES["jupiter"],
        distributor=Address(bytes(accounts["distributor"])),
        vault=Address(bytes(accounts["vault"])),
        receiver=Address(bytes(token_address(keypair(ADMIN).pubkey(), MINT))),
    )
    assert send(claimed.chain, [taken_back], keypair(ADMIN)).error is None
    (reason,) = claimed.refusals(3)
    assert reason.startswith("the distributor was clawed back: nothing can be claimed any more; ")
    assert reason.endswith("; 0.125000 JUP of 0.500000 JUP locked were withdrawn before")
    assert token_of(claimed, 3)["vesting"] is None
    assert "JUP  up to 0.500000 locked  into the wallet\n" in claimed.claim(3).stdout


def test_the_operator_signs_for_locked_amounts_too(folder: Path, server: Server) -> None:
    operator = keypair(SPONSOR)
    key = parse_address(str(operator.pubkey()))
    deployment = deployed(built(folder, TRANSFER), server, operator=key)
    deployment.fund(3)
    signs = ("--operator", wallet(SPONSOR))
    (first,) = token_of(deployment, 3, *signs)["transactions"]
    send_signed(server, first["base64"], keypair(3), operator)
    deployment.wait_until(END)
    assert [f"the operator has to sign too: {operator.pubkey()}"] == deployment.refusals(3)
    (reason,) = deployment.refusals(3, "--operator", wallet(ADMIN))
    assert reason.startswith("another operator has to sign:")
    (step,) = token_of(deployment, 3, *signs)["transactions"]
    send_signed(server, step["base64"], keypair(3), operator)
    assert LOCKED == paid(deployment, 3)


def test_who_has_no_sol_at_all_may_be_paid_for(claimed: Deployment) -> None:
    claimed.wait_until(END)
    funded(claimed.chain, 3, lamports=0)
    (reason,) = claimed.refusals(3)
    assert reason.startswith("the wallet has 0.000000000 SOL, and 0.000895880 SOL are needed")
    (reason,) = claimed.refusals(3, "--fee-payer", wallet(SPONSOR))
    assert reason.startswith("the fee payer has 0.000000000 SOL, and 0.000900880 SOL are needed")
    funded(claimed.chain, SPONSOR)
    text = claimed.claim(3, "--fee-payer", wallet(SPONSOR)).stdout
    assert "  SOL needed     0.000900880 with the fee payer, for rent and fees\n" in text
    (step,) = token_of(claimed, 3, "--fee-payer", wallet(SPONSOR))["transactions"]
    send_signed(claimed.server, step["base64"], keypair(3), keypair(SPONSOR))
    assert LOCKED == paid(claimed, 3)


def test_a_short_vault_is_named(claimed: Deployment) -> None:
    claimed.wait_until(END)
    make_tokens(claimed.chain, MINT, claimed.accounts(3)["distributor"], LOCKED - 1)
    assert [
        "the vault holds 0.499999 JUP, the claim takes 0.500000 JUP: it has to be funded first"
    ] == claimed.refusals(3)


def test_another_root_is_named(claimed: Deployment) -> None:
    claimed.wait_until(END)
    claimed.write(claimed.accounts(3)["distributor"], 8, bytes(32))
    (reason,) = claimed.refusals(3)
    assert reason.startswith(f"the distributor has the root {'00' * 32}, this proof leads to ")


def test_a_trial_agrees(claimed: Deployment) -> None:
    claimed.wait_until(END)
    assert token_of(claimed, 3, "--simulate")["trial"]["failure"] is None


@pytest.mark.parametrize("plan", VESTING, ids=lambda plan: plan.program)
def test_without_a_node_the_claim_of_the_locked_amount_can_be_asked_for(
    folder: Path, server: Server, plan: Plan
) -> None:
    deployment = deployed(built(folder, plan), server)
    deployment.claimed(3)
    deployment.wait_until(START + DAY // 2)
    blockhash = str(server.chain.latest_blockhash())
    options = ("--locked", "--blockhash", blockhash)
    done = asr("claim", deployment.bundle.path, wallet(3), *options, "--json")
    (token,) = json.loads(done.stdout)["tokens"]
    (step,) = token["transactions"]
    assert (0, None) == (done.code, token["vesting"])
    assert step["condition"].startswith("after the wallet's first claim, once")
    text = asr("claim", deployment.bundle.path, wallet(3), *options).stdout
    assert "JUP  up to 0.500000 locked  into the wallet\n" in text
    send_signed(server, step["base64"], keypair(3))
    assert LOCKED // 2 == paid(deployment, 3)


def test_with_a_node_it_is_refused_before_the_first_claim(paying: Deployment) -> None:
    paying.fund(3)
    expected = ["not claimed yet: the first claim comes before that of the locked amount"]
    assert expected == paying.refusals(3, "--locked")
    paying.claimed(3)
    paying.wait_until(END)
    paying.claimed(3, "--locked")
    assert LOCKED == paid(paying, 3)


def test_only_tokens_with_something_locked_are_meant(folder: Path) -> None:
    none = asr("claim", built(folder, Plan(second="jupiter-2024")), wallet(3), "--locked")
    assert (1, "") == (none.code, none.stdout)
    assert f"error: nothing of what {wallet(3)} gets is locked: JUP, WEN\n" == none.stderr

"""`asr claim --rpc-url`: why a claim would fail, in plain words, with exit 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from allocation.address import Address
from merkle.program.instructions_admin import clawback
from merkle.program.profiles import PROFILES
from tests.chain.building import funded, keypair, make_tokens, send, set_time, tokens_at
from tests.chain.faults import result
from tests.chain.keys import JITO, SYSTEM, TOKEN, escrow_of, token_address
from tests.chain.server import serving
from tests.claim_chain import Deployment, deployed
from tests.claim_rounds import (
    ADMIN,
    DAY,
    JUP,
    LOCKER,
    NOW,
    TRANSFER,
    Plan,
    amount_of,
    built,
    wallet,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chain.server import Server

MINT = Pubkey.from_string(JUP)


def test_a_refused_claim_says_why_and_prints_nothing_to_sign(folder: Path, server: Server) -> None:
    deployment = deployed(built(folder, TRANSFER), server, activation_point=10**12)
    done = deployment.claim(1)
    assert 1 == done.code
    assert (
        "  It cannot be claimed now:\n"
        "  - claims begin with slot 1,000,000,000,000, now it is slot 435,888,000\n"
        "  - the wallet has 0.000000000 SOL, and 0.004939640 SOL are needed for rent and\n"
        "    fees\n"
        "\n"
        "Nothing to sign.\n"
    ) == done.stdout.partition(" on\n\n")[2]


def test_claims_may_begin_at_a_time(folder: Path, server: Server) -> None:
    terms = {"activation_point": NOW + DAY, "activation_type": 1}
    deployment = deployed(built(folder, TRANSFER), server, **terms)
    deployment.fund(1)
    expected = ["claims begin at 2025-01-02 00:00:00 UTC, now it is 2025-01-01 00:00:00 UTC"]
    assert expected == deployment.refusals(1)
    set_time(server.chain, NOW + DAY)
    assert [] == deployment.refusals(1)


def test_what_was_clawed_back_cannot_be_claimed(folder: Path, server: Server) -> None:
    deployment = deployed(built(folder, TRANSFER), server)
    deployment.fund(1)
    set_time(server.chain, NOW + 4 * DAY)
    accounts = deployment.accounts(1)
    receiver = token_address(keypair(ADMIN).pubkey(), MINT)
    instruction = clawback(
        PROFILES["jupiter"],
        distributor=Address(bytes(accounts["distributor"])),
        vault=Address(bytes(accounts["vault"])),
        receiver=Address(bytes(receiver)),
    )
    assert send(server.chain, [instruction], keypair(ADMIN)).error is None
    expected = ["the distributor was clawed back: nothing can be claimed any more"]
    assert expected == deployment.refusals(1)  # not that its vault has to be funded


def test_an_unstake_has_to_be_finished_or_cancelled(staking: Deployment) -> None:
    staking.claimed(1)
    other = deployed_again(staking)
    other.toggle(1, is_max_lock=False)
    (reason,) = other.refusals(1)
    assert reason.startswith("an unstake is running until 2025-01-31 00:00:00 UTC, so max lock is")
    assert 1 == other.claim(1).code
    before = tokens_at(other.chain, token_address(escrow_of(LOCKER, keypair(1).pubkey()), MINT))
    (token,) = other.claim_document(1, "--cancel-unstaking")["tokens"]
    assert token["transactions"][0]["does"][0].startswith("turns its max lock on")
    other.claimed(1, "--cancel-unstaking")
    after = tokens_at(other.chain, token_address(escrow_of(LOCKER, keypair(1).pubkey()), MINT))
    assert amount_of(1) == after - before


def deployed_again(deployment: Deployment) -> Deployment:
    """Forget that wallet 1 has claimed, so that it can claim again into its stake account."""
    gone = Account(0, b"", SYSTEM)
    deployment.chain.set_account(deployment.accounts(1)["claim_record"], gone)
    return deployment


def test_a_short_vault_is_named(staking: Deployment) -> None:
    distributor = staking.accounts(1)["distributor"]
    make_tokens(staking.chain, MINT, distributor, 999_999)
    expected = [
        "the vault holds 0.999999 JUP, the claim takes 1.000000 JUP: it has to be funded first"
    ]
    assert expected == staking.refusals(1)


def test_a_root_of_another_tree_is_named(folder: Path, server: Server) -> None:
    deployment = deployed(built(folder, Plan()), server, root=bytes(32))
    deployment.fund(1)
    (reason,) = deployment.refusals(1)
    assert reason.startswith(f"the distributor has the root {'00' * 32}, this proof leads to ")


def test_a_distributor_that_is_not_there_is_named(folder: Path, server: Server) -> None:
    deployment = deployed(built(folder, Plan()), server)
    empty = serving()
    with empty as other:
        nowhere = Deployment(bundle=deployment.bundle, server=other)
        (reason,) = nowhere.refusals(1)
    address = deployment.accounts(1)["distributor"]
    assert f"there is no distributor at {address}: it is not made yet, or was closed" == reason


def test_too_little_sol_is_named(staking: Deployment) -> None:
    funded(staking.chain, 1, lamports=5_000)
    assert [
        "the wallet has 0.000005000 SOL, and 0.008071640 SOL are needed for rent and fees"
    ] == staking.refusals(1)
    funded(staking.chain, 1)
    assert [
        "the fee payer has 0.000000000 SOL, and 0.006072160 SOL are needed for rent and fees"
    ] == staking.refusals(1, "--fee-payer", wallet(80))


def test_sol_for_one_token_may_not_do_for_two(folder: Path, server: Server) -> None:
    deployment = deployed(built(folder, Plan(second="jupiter-2024")), server)
    funded(deployment.chain, 1, lamports=9_000_000)
    done = deployment.claim(1)
    assert 1 == done.code
    assert "Not enough SOL: the wallet has 0.009000000 SOL, and all claims together" in done.stdout
    document = deployment.claim_document(1)
    assert [[], []] == [token["refusals"] for token in document["tokens"]]
    assert document["chain"]["shortage"].startswith("the wallet has 0.009000000 SOL")
    assert 0 == deployment.claim(1, "--token", "JUP").code
    short = deployment.claim_document(1, "--fee-payer", wallet(80))["chain"]["shortage"]
    assert short is None
    deployment.fund(1)
    funded(deployment.chain, 80, lamports=8_000_000)
    short = deployment.claim_document(1, "--fee-payer", wallet(80))["chain"]["shortage"]
    assert short.startswith("the fee payer has 0.008000000 SOL")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("distributor", "distributor"),
        ("claim_record", "claim's record"),
        ("vault", "vault"),
        ("stake_account", "stake account"),
        ("its_tokens", "stake account's token account"),
    ],
)
def test_what_stands_where_something_else_has_to_is_named(
    staking: Deployment, name: str, kind: str
) -> None:
    address = staking.accounts(1)[name]
    staking.chain.set_account(address, Account(10**9, b"", JITO))
    (reason,) = staking.refusals(1)
    assert reason.startswith(f"the {kind} {address} belongs to the program {JITO}, not to ")


def test_an_account_of_another_form_is_named(staking: Deployment) -> None:
    vault = staking.accounts(1)["vault"]
    staking.chain.set_account(vault, Account(10**9, bytes(82), TOKEN))
    (reason,) = staking.refusals(1)
    assert reason.startswith(f"the vault {vault}: no token account of SPL Token: 82 bytes, not 165")


def test_lamports_at_an_address_make_no_account(staking: Deployment) -> None:
    for name in ("claim_record", "stake_account", "its_tokens"):
        staking.chain.set_account(staking.accounts(1)[name], Account(890_880, b"", SYSTEM))
    assert [] == staking.refusals(1)
    staking.claimed(1)
    assert amount_of(1) == tokens_at(staking.chain, staking.accounts(1)["its_tokens"])


def test_all_reasons_of_all_tokens_are_said(folder: Path, server: Server) -> None:
    deployment = deployed(built(folder, Plan(second="jupiter-2024")), server)
    deployment.fund(1)
    deployment.claimed(1, "--token", "JUP")
    jup, wen = deployment.claim_document(1)["tokens"]
    assert (["claimed already: 1.000000 JUP"], 0) == (
        jup["refusals"],
        len(jup["transactions"]),
    )
    assert ([], 1) == (wen["refusals"], len(wen["transactions"]))
    done = deployment.claim(1)
    assert 1 == done.code
    assert "claims into the wallet's token account" in done.stdout


def test_a_trial_says_what_the_program_says(staking: Deployment) -> None:
    assert "tried  the node says that it works with " in staking.claim(1, "--simulate").stdout
    staking.chain.set_account(LOCKER, Account(0, b"", SYSTEM))
    done = staking.claim(1, "--simulate")
    assert 1 == done.code
    assert "tried  it fails: locked_voter: AccountNotInitialized 3012: " in done.stdout
    (token,) = staking.claim_document(1, "--simulate")["tokens"]
    assert token["trial"]["failure"].startswith("locked_voter: AccountNotInitialized 3012")
    assert [] == token["refusals"]


def test_a_trial_that_no_program_has_failed_says_what_the_node_says(staking: Deployment) -> None:
    def failed(answer: dict[str, dict[str, object]]) -> object:
        answer["value"] |= {"err": "AccountInUse", "logs": [], "unitsConsumed": None}
        return answer

    staking.server.fail(result(failed), method="simulateTransaction")
    (token,) = staking.claim_document(1, "--simulate")["tokens"]
    assert {"failure": "AccountInUse", "units": None} == token["trial"]


def test_units_that_a_node_does_not_tell_are_left_out(staking: Deployment) -> None:
    def silent(answer: dict[str, dict[str, object]]) -> object:
        answer["value"]["unitsConsumed"] = None
        return answer

    staking.server.fail(result(silent), method="simulateTransaction")
    assert "tried  the node says that it works\n" in staking.claim(1, "--simulate").stdout


def test_a_claim_that_is_refused_is_not_tried(staking: Deployment) -> None:
    staking.claimed(1)
    assert 1 == staking.claim(1, "--simulate").code
    assert 0 == staking.server.calls["simulateTransaction"]

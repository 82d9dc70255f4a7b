"""`asr deploy set-...` and `clawback`: unsigned transactions, and what the chain holds against."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest
from solders.account import Account
from solders.pubkey import Pubkey
from solders.transaction import Transaction

from tests.deployments import ADMIN, FUNDER, STRANGER

if TYPE_CHECKING:
    from tests.deploy_desk import Desk

A, F, S = ADMIN.pubkey(), FUNDER.pubkey(), STRANGER.pubkey()
CHANGES = {
    "set-admin": ["--admin", A, "--new-admin", S],
    "set-operator": ["--admin", A, "--operator", S, "--token", "JUP"],
    "set-clawback-receiver": ["--admin", A, "--clawback-owner", S],
    "set-activation": ["--admin", A, "--activation", "2026-02-01T00:00:00Z", "--token", "JUP"],
    "clawback": ["--caller", S, "--clawback-owner", A],
}


@pytest.fixture
def deployed(planned: Desk) -> Desk:
    planned.send("--yes")
    return planned


def change(desk: Desk, name: str, *arguments: object, code: int = 0) -> str:
    return desk.asr("deploy", name, desk.bundle, *CHANGES[name], *arguments, code=code)


def test_a_secret_key_in_place_of_an_address_is_never_shown(desk: Desk) -> None:
    arguments = ["--admin", str(ADMIN), "--new-admin", S]
    text = desk.asr("deploy", "set-admin", desk.bundle, *arguments, code=2)
    assert "--admin: this is a secret key, which is not shown here; give its address" in text
    assert str(ADMIN) not in text


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_one_unsigned_transaction_per_tree(desk: Desk, name: str) -> None:
    document = json.loads(change(desk, name, "--json"))
    assert (2 if "--token" in CHANGES[name] else 3) == len(document["steps"])
    for step in document["steps"]:
        message = Transaction.from_bytes(b64decode(step["transaction"])).message
        assert step["signers"] == [str(message.account_keys[0])]
        assert step["distributor"] in [str(key) for key in message.account_keys]
        assert bytes(32) == bytes(message.recent_blockhash)
        assert step["instructions"]
    assert ["nothing was looked up on chain; pass --rpc-url to have these checked"] == (
        document["warnings"]
    )
    assert 0 == sum(desk.server.calls.values())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("set-admin", f"JUP tree 0: hand over to admin {S}"),
        ("set-operator", f"JUP tree 0: let claims need the signature of {S}"),
        ("set-clawback-receiver", f"account of {S}"),
        ("set-activation", "JUP tree 0: let claims begin at 2026-02-01T00:00:00Z"),
        ("clawback", "and end all claims"),
    ],
)
def test_a_change_says_plainly_what_it_does(desk: Desk, name: str, words: str) -> None:
    text = change(desk, name)
    assert words in " ".join(text.split())  # however it is wrapped
    assert "nothing is signed or sent here" in text
    assert "blockhash  empty: put a recent one in, or pass" in text


@pytest.mark.parametrize("name", CHANGES)
def test_with_a_node_a_change_is_checked_and_fresh(deployed: Desk, name: str) -> None:
    chain: Any = deployed.server.chain
    before = deployed.server.calls["sendTransaction"]
    text = change(deployed, name, "--rpc-url", deployed.server.url)
    assert f"blockhash  {chain.latest_blockhash()}" in text
    assert "network    unknown, its genesis hash is " in text
    assert before == deployed.server.calls["sendTransaction"]
    warnings = {
        "set-operator": "warning: JUP tree 0: it was made without an operator",
        "clawback": "warning: WEN tree 0: clawback begins 2026-03-01T00:00:00Z",
    }
    assert warnings.get(name, "") in text
    assert ("warning" in text) is (name in warnings)


def test_a_clawback_says_what_leaves_which_vault(deployed: Desk) -> None:
    document = json.loads(deployed.plan_file.read_bytes())
    vaults = [tree["vault"] for token in document["tokens"] for tree in token["trees"]]
    node = ["--rpc-url", deployed.server.url]
    text = change(deployed, "clawback")
    assert [f"     from vault   {vault}" for vault in vaults] == [
        line for line in text.splitlines() if "from vault" in line
    ]
    text = change(deployed, "clawback", *node)
    held = [f"{total / 10**6:.6f}" for total in deployed.totals()[:2]]
    assert f"     from vault   {vaults[0]}, which holds {held[0]}\n" in text
    assert f"     from vault   {vaults[1]}, which holds {held[1]}\n" in text
    steps = json.loads(change(deployed, "clawback", *node, "--json"))["steps"]
    assert [*map(str, deployed.totals())] == [step["vault_holds"] for step in steps]
    assert vaults == [step["vault"] for step in steps]
    absent = Account(1, b"", Pubkey.default())
    deployed.server.chain.set_account(Pubkey.from_string(vaults[2]), absent)
    assert f"{vaults[2]}, which holds 0.00000\n" in change(deployed, "clawback", *node)
    steps = json.loads(change(deployed, "clawback", "--json"))["steps"]
    assert [None] * 3 == [step["vault_holds"] for step in steps]


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("set-admin", "--new-admin"),
        ("set-operator", "--operator"),
        ("set-clawback-receiver", "--clawback-owner"),
    ],
)
def test_nothing_is_handed_to_nobody(desk: Desk, name: str, option: str) -> None:
    text = desk.asr("deploy", name, desk.bundle, "--admin", A, option, Pubkey.default(), code=2)
    assert f"{option}: the system program, which is nobody; give the key of somebody" in text


def test_an_address_without_a_distributor_is_said(deployed: Desk) -> None:
    chain: Any = deployed.server.chain
    document = json.loads(deployed.plan_file.read_bytes())
    first, second = (
        Pubkey.from_string(tree["distributor"]) for tree in document["tokens"][0]["trees"]
    )
    account = chain.get_account(first)
    chain.set_account(first, Account(1, b"", Pubkey.default()))
    chain.set_account(second, Account(account.lamports, b"x" * 448, account.owner))
    text = change(deployed, "set-admin", "--rpc-url", deployed.server.url)
    assert "warning: JUP tree 0: there is no distributor of jupiter at its address" in text
    assert "warning: JUP tree 1: no MerkleDistributor of jupiter: it begins like an account" in text


def test_one_tree_alone_may_be_changed(desk: Desk) -> None:
    document = json.loads(change(desk, "set-admin", "--tree", "1", "--json"))
    assert [("JUP", 1)] == [(step["symbol"], step["tree"]) for step in document["steps"]]
    assert "there is no such tree" in change(desk, "set-admin", "--tree", "9", code=1)


def test_what_a_program_cannot_do_is_refused(desk: Desk) -> None:
    arguments = ["--admin", A, "--activation", "none"]
    text = desk.asr("deploy", "set-activation", desk.bundle, *arguments, code=1)
    reason = "jito: claims begin with the distributor; nothing to set"
    assert f"error: WEN: {reason}; choose other tokens with --token" in text


@pytest.mark.parametrize("activation", ["soon", "0", "2026-02-01"])
def test_a_begin_that_is_none_is_misuse(desk: Desk, activation: str) -> None:
    arguments = ["--admin", A, "--activation", activation]
    text = desk.asr("deploy", "set-activation", desk.bundle, *arguments, code=2)
    assert activation in text


def test_claims_may_begin_at_a_slot_or_at_once(desk: Desk) -> None:
    begin = ["deploy", "set-activation", desk.bundle, "--admin", A, "--token", "JUP"]
    assert "let claims begin at slot 350,000,000" in desk.asr(*begin, "--activation", 350_000_000)
    assert "let claims begin at once" in desk.asr(*begin, "--activation", "none")


def test_a_nonce_goes_into_every_change(desk: Desk) -> None:
    nonce = ["--nonce-account", F, "--nonce-authority", S, "--blockhash", F]
    document = json.loads(change(desk, "set-admin", *nonce, "--json"))
    assert [str(A), str(S)] == document["steps"][0]["signers"]
    text = change(desk, "set-admin", *nonce)
    assert f"blockhash  {F}, of nonce {F}" in text

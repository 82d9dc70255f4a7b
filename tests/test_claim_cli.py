"""`asr claim`: what it prints is signed by a wallet, sent over HTTP, and pays to the last unit."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from solders.account import Account
from solders.hash import Hash
from solders.pubkey import Pubkey
from solders.system_program import create_nonce_account
from solders.transaction import VersionedTransaction

from allocation.address import parse_address
from tests.building import build
from tests.chain.building import SOL, funded, keypair, make_tokens, send, tokens_at
from tests.chain.keys import SYSTEM, escrow_of, token_address
from tests.claim_chain import deployed, send_signed
from tests.claim_rounds import ADMIN, JUP, LOCKER, PLANS, Plan, amount_of, built, round_text, wallet
from tests.test_cli import asr

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chain.server import Server

MINT = Pubkey.from_string(JUP)
HASH = "FFypgC4Lt6GvLtQjGsnDFhHDF64PaUhGoUeX7h5PpVVQ"
SPONSOR, NONCE = 40, 41


def paid_to(plan: Plan, number: int) -> Pubkey:
    owner = keypair(number).pubkey()
    return token_address(escrow_of(LOCKER, owner) if plan.claim == "stake" else owner, MINT)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_a_wallet_without_anything_claims_with_what_is_printed(
    folder: Path, server: Server, plan: Plan
) -> None:
    deployment = deployed(built(folder, plan), server)
    deployment.claimed(3)
    assert amount_of(3) == tokens_at(server.chain, paid_to(plan, 3))
    (reason,) = deployment.refusals(3)
    expected = "claimed already, and nothing of 0.5" if plan.locked else "claimed already: 3.000000"
    assert reason.startswith(expected)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_what_is_made_without_asking_anybody_works_as_well(
    folder: Path, server: Server, plan: Plan
) -> None:
    deployment = deployed(built(folder, plan), server)
    deployment.fund(2)
    blockhash = str(server.chain.latest_blockhash())
    done = asr("claim", deployment.bundle.path, wallet(2), "--blockhash", blockhash, "--json")
    (token,) = json.loads(done.stdout)["tokens"]
    conditions = [step["condition"] for step in token["transactions"]]
    assert conditions[-1] is None
    assert (1 if plan.claim == "stake" else 0) == len(conditions[:-1])
    for step in token["transactions"]:
        assert step["has_blockhash"]
        send_signed(server, step["base64"], keypair(2))
    assert amount_of(2) == tokens_at(server.chain, paid_to(plan, 2))


def test_every_token_of_a_wallet_is_claimed(folder: Path, server: Server) -> None:
    deployment = deployed(built(folder, Plan(second="jupiter-2024")), server)
    deployment.fund(1)
    assert ["JUP", "WEN"] == [token["symbol"] for token in deployment.claim_document(1)["tokens"]]
    deployment.claimed(1)
    assert 2 == len(deployment.refusals(1))
    wen = Pubkey(deployment.bundle.manifest.tokens[1].mint)
    assert amount_of(1) == tokens_at(server.chain, token_address(keypair(1).pubkey(), wen))


def test_what_exists_is_not_made_again(folder: Path, server: Server) -> None:
    deployment = deployed(built(folder, Plan(program="jupiter-asr-2024")), server)
    deployment.fund(1)
    deployment.open_escrow(1, is_max_lock=True)
    owner = keypair(1).pubkey()
    make_tokens(server.chain, MINT, owner)
    make_tokens(server.chain, MINT, escrow_of(LOCKER, owner), 5)
    (token,) = deployment.claim_document(1)["tokens"]
    (step,) = token["transactions"]
    assert ["claims into the stake account"] == step["does"]
    deployment.claimed(1)
    assert 5 + amount_of(1) == tokens_at(server.chain, paid_to(Plan(), 1))


def test_a_stake_account_without_max_lock_gets_it(folder: Path, server: Server) -> None:
    deployment = deployed(built(folder, Plan()), server)
    deployment.fund(1)
    record = escrow_of(LOCKER, keypair(1).pubkey())
    (token,) = deployment.claim_document(1)["tokens"]
    (step,) = token["transactions"]
    assert f"makes the stake account {record}" == step["does"][0]
    deployment.open_escrow(1)
    (token,) = deployment.claim_document(1)["tokens"]
    (step,) = token["transactions"]
    assert step["does"][0].startswith("turns its max lock on")
    deployment.claimed(1)
    assert amount_of(1) == tokens_at(server.chain, paid_to(Plan(), 1))


def test_somebody_else_may_pay(folder: Path, server: Server) -> None:
    plan = Plan(claim="transfer", locked=500_000)
    deployment = deployed(built(folder, plan), server)
    funded(server.chain, 4, lamports=3_000_000)
    funded(server.chain, SPONSOR)
    options = ("--fee-payer", wallet(SPONSOR), "--compute-limit", "150000")
    (token,) = deployment.claim_document(4, *options, "--compute-price", "7")["tokens"]
    (step,) = token["transactions"]
    assert [wallet(SPONSOR), wallet(4)] == step["signers"]
    assert [
        "may use 150,000 compute units",
        "pays 7 millionths of a lamport per compute unit",
    ] == step["does"][:2]
    send_signed(server, step["base64"], keypair(4), keypair(SPONSOR))
    assert amount_of(4) == tokens_at(server.chain, paid_to(plan, 4))
    deployment.fund(5)
    text = deployment.claim(5, *options).stdout
    assert "with the fee payer" in text
    assert f"{wallet(SPONSOR)}  fee payer" in text


def test_the_operator_signs_where_claims_need_it(folder: Path, server: Server) -> None:
    plan = Plan(claim="transfer", locked=500_000)
    operator = keypair(SPONSOR)
    key = parse_address(str(operator.pubkey()))
    deployment = deployed(built(folder, plan), server, operator=key)
    deployment.fund(4)
    assert [f"the operator has to sign too: {operator.pubkey()}"] == deployment.refusals(4)
    (reason,) = deployment.refusals(4, "--operator", wallet(ADMIN))
    assert reason.startswith("another operator has to sign:")
    (token,) = deployment.claim_document(4, "--operator", wallet(SPONSOR))["tokens"]
    (step,) = token["transactions"]
    send_signed(server, step["base64"], keypair(4), operator)
    assert amount_of(4) == tokens_at(server.chain, paid_to(plan, 4))


def test_an_operator_is_left_out_where_the_program_knows_none(folder: Path) -> None:
    bundle = built(folder, Plan(second="jupiter-2024"))
    done = asr("claim", bundle, wallet(1), "--operator", wallet(SPONSOR), "--json")
    jup, wen = json.loads(done.stdout)["tokens"]
    assert [wallet(1), wallet(SPONSOR)] == jup["transactions"][-1]["signers"]
    assert [wallet(1)] == wen["transactions"][-1]["signers"]


def test_a_v0_transaction_is_two_bytes_longer(folder: Path) -> None:
    bundle, sizes = built(folder, Plan()), []
    for version in ("legacy", "v0"):
        done = asr("claim", bundle, wallet(1), "--version", version, "--json")
        (token,) = json.loads(done.stdout)["tokens"]
        sizes.append(token["transactions"][-1]["bytes"])
    assert 2 == sizes[1] - sizes[0]


def test_nothing_is_signed_and_without_a_node_there_is_no_blockhash(folder: Path) -> None:
    done = asr("claim", built(folder, Plan()), wallet(1), "--json")
    for step in json.loads(done.stdout)["tokens"][0]["transactions"]:
        transaction = VersionedTransaction.from_bytes(base64.b64decode(step["base64"]))
        assert {bytes(64)} == {bytes(signature) for signature in transaction.signatures}
        assert Hash.default() == transaction.message.recent_blockhash
    text = asr("claim", built(folder, Plan()), wallet(1)).stdout
    assert "Blockhash: none; put in a recent one before you sign" in text
    assert "No chain was asked" in text


def test_no_line_but_the_transactions_is_wider_than_a_terminal(
    folder: Path, server: Server
) -> None:
    deployment = deployed(built(folder, Plan(program="jupiter-asr-2024")), server)
    deployment.fund(1)
    for text in (
        asr("claim", deployment.bundle.path, wallet(1)).stdout,
        deployment.claim(1, "--simulate").stdout,
        deployment.claim(2).stdout,
    ):
        wide = [line for line in text.splitlines() if len(line) > 80]
        assert [] == [line for line in wide if " " in line.strip()]


def test_the_blockhash_is_said_to_be_as_fresh_as_it_is(folder: Path, server: Server) -> None:
    deployment = deployed(built(folder, Plan()), server)
    deployment.fund(1)
    assert "valid up to block height 1,150" in deployment.claim(1).stdout
    given = deployment.claim(1, "--blockhash", HASH).stdout
    assert "Blockhash: as given" in given
    assert "getLatestBlockhash" in server.calls


def make_nonce(server: Server) -> None:
    payer = funded(server.chain, ADMIN)
    nonce, authority = keypair(NONCE).pubkey(), keypair(SPONSOR).pubkey()
    instructions = create_nonce_account(payer.pubkey(), nonce, authority, SOL)
    done = send(server.chain, list(instructions), payer, keypair(NONCE))
    assert done.error is None


def test_a_nonce_keeps_a_claim_valid(folder: Path, server: Server) -> None:
    plan = Plan(program="kamino", claim="transfer", locked=500_000)
    deployment = deployed(built(folder, plan), server)
    make_nonce(server)
    deployment.fund(1)
    nonce = ("--nonce-account", wallet(NONCE), "--nonce-authority", wallet(SPONSOR))
    text = deployment.claim(1, *nonce).stdout
    assert "Blockhash: that of the nonce, valid until it is used." in text
    (token,) = deployment.claim_document(1, *nonce)["tokens"]
    (step,) = token["transactions"]
    assert f"uses up the nonce of {wallet(NONCE)}" == step["does"][0]
    server.node.expire()
    send_signed(server, step["base64"], keypair(1), keypair(SPONSOR))
    assert amount_of(1) == tokens_at(server.chain, paid_to(plan, 1))


def test_a_nonce_that_cannot_be_used_is_refused(folder: Path, server: Server) -> None:
    deployment = deployed(built(folder, Plan(second="jupiter-2024")), server)
    make_nonce(server)
    deployment.fund(1)
    nonce, authority = ("--nonce-account", wallet(NONCE)), ("--nonce-authority", wallet(SPONSOR))
    two = deployment.claim(1, *nonce, *authority)
    assert (1, "") == (two.code, two.stdout)
    assert "there are 2 transactions, and a nonce serves only one; name one token" in two.stderr
    other = deployment.claim(1, *nonce, "--token", "WEN")
    assert f"answers to {wallet(SPONSOR)}, not to {wallet(1)}" in other.stderr
    stale = deployment.claim(1, *nonce, *authority, "--blockhash", HASH)
    assert "the nonce account stores another blockhash" in stale.stderr
    none = deployment.claim(1, "--nonce-account", wallet(60))
    assert f"there is no nonce account {wallet(60)}" in none.stderr
    wrong = deployment.claim(1, "--nonce-account", JUP)
    assert f"the nonce account {JUP} belongs to the program" in wrong.stderr
    server.chain.set_account(keypair(60).pubkey(), Account(SOL, bytes(80), SYSTEM))
    empty = deployment.claim(1, "--nonce-account", wallet(60))
    assert "it holds no nonce that can be used" in empty.stderr


def test_one_nonce_cannot_serve_a_claim_of_two_transactions(folder: Path) -> None:
    options = ("--nonce-account", wallet(NONCE), "--blockhash", HASH, "--json")
    done = asr("claim", built(folder, Plan()), wallet(1), *options)
    (token,) = json.loads(done.stdout)["tokens"]
    assert 1 == done.code
    assert "takes 2 transactions, and a nonce serves only one" in token["refusals"][0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--simulate"], "a node has to try it"),
        (["--nonce-authority", wallet(1)], "name the account, too"),
        (["--operator", "1"], "bytes, not 32"),
        (["--blockhash", "no"], "--blockhash"),
        (["--compute-limit", "1400001"], "--compute-limit"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_a_slip_on_the_command_line_is_misuse(folder: Path, options: list[str], said: str) -> None:
    done = asr("claim", built(folder, Plan()), wallet(1), *options)
    assert 2 == done.code
    assert said in done.stderr


def test_a_wallet_that_gets_nothing_has_nothing_to_claim(folder: Path) -> None:
    done = asr("claim", built(folder, Plan()), wallet(99))
    assert (1, "") == (done.code, done.stdout)
    assert "is not among those whom the bundle pays JUP" in done.stderr


def test_a_bad_wallet_is_misuse(folder: Path) -> None:
    assert 2 == asr("claim", built(folder, Plan()), "no wallet").code


def test_a_wallet_that_only_a_program_signs_for_is_told_so(tmp_path: Path) -> None:
    multisig = str(escrow_of(LOCKER, keypair(1).pubkey()))
    (tmp_path / "round.toml").write_text(round_text(Plan(claim="transfer")))
    (tmp_path / "list.csv").write_text(f"pubkey,amount\n{multisig},5\n{wallet(1)},5\n")
    build(tmp_path / "round.toml", tmp_path / "bundle")
    words = "No key signs for this wallet, only its program, such as a multisig"
    assert words in asr("claim", tmp_path / "bundle", multisig).stdout
    assert words not in asr("claim", tmp_path / "bundle", wallet(1)).stdout
    document = json.loads(asr("claim", tmp_path / "bundle", multisig, "--json").stdout)
    assert document["wallet_is_of_program"]

"""`asr deploy plan` as an operator runs it: everything is said, and nothing sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from solders.account import Account
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM

from merkle.bundle.read import open_bundle
from merkle.program.layouts_system import Nonce, encode_nonce
from tests.chain.building import make_tokens
from tests.deploy_desk import Desk, tokens
from tests.deployments import ADMIN, BASE, FUNDER, SETTINGS, STRANGER
from tests.forging import edited, sound
from tests.plain_bundle import JUP, PlainToken, plain_rows, put, round_text, seal


def test_a_plan_is_the_same_bytes_whatever_the_time(planned: Desk) -> None:
    again = planned.folder / "again.json"
    planned.plan("--out", again, "--now", "2026-02-01T00:00:00Z")
    assert planned.plan_file.read_bytes() == again.read_bytes()


@pytest.mark.parametrize("text", [ADMIN.to_json(), f'admin = "{ADMIN}"\n'])
def test_a_secret_key_in_place_of_settings_is_never_shown(desk: Desk, text: str) -> None:
    (desk.folder / "deploy.toml").write_text(text, "utf-8")
    shown = desk.plan(code=1)
    assert "deploy.toml: a secret key stands in it; write addresses, and keep it apart" in shown
    assert str(ADMIN) not in shown
    assert ADMIN.to_json()[1:20] not in shown


def test_a_plan_asks_no_node_unless_one_is_named(planned: Desk) -> None:
    assert 0 == sum(planned.server.calls.values())


def test_a_plan_shows_every_address_and_amount(desk: Desk) -> None:
    text = desk.plan("--now", "2026-01-01T00:00:00Z")
    trees = [tree for token in open_bundle(desk.bundle).manifest.tokens for tree in token.trees]
    for tree in trees:
        assert str(Pubkey(tree.distributor or b"")) in text
        assert tree.root.hex() in text
    for part in (
        f"admin           {ADMIN.pubkey()}",
        f"funder          {FUNDER.pubkey()}",
        "operator        none: wallets claim alone",
        "clawback from   2026-03-01T00:00:00Z",
        "vesting         2026-02-27T23:59:59Z to 2026-02-28T00:00:00Z",
        "claims begin    at once: as soon as a vault is funded",
        "verified   not here: run `asr verify` first, or pass --verify",
        "network    not asked: no --rpc-url",
        "blockhash  empty: put a recent one in, or pass",
        "8 transactions, in this order; nothing is signed or sent here",
        f"     signed by admin {ADMIN.pubkey()}\n               base {BASE.pubkey()}\n",
        "warning: WEN: anybody can make a jito distributor",
    ):
        assert part in text


def test_a_plan_keeps_to_80_columns(planned: Desk) -> None:
    lines = planned.plan("--now", "2026-01-01T00:00:00Z").splitlines()
    assert [] == [line for line in lines if len(line) > 80 and not line.startswith("warning: ")]


def test_an_operator_and_a_locker_are_shown(desk: Desk) -> None:
    rows = PlainToken(rows=plain_rows(6), claim="stake", base=str(BASE.pubkey()))
    put(sound([rows]), desk.folder / "bundle")
    line = f'{SETTINGS}operator = "{STRANGER.pubkey()}"\nclosable = true\n'
    (desk.folder / "deploy.toml").write_text(line, "utf-8")
    text = desk.plan()
    assert f"operator        {STRANGER.pubkey()}" in text
    assert "locker          CVMdMd79no569tjc5Sq7kzz8isbfCcFyBS5TLGsrZ5dN" in text
    assert "closable        yes" in text
    assert "this machine's clock" in text


def test_a_plan_of_one_token_holds_that_alone(desk: Desk) -> None:
    document = json.loads(desk.plan("--token", "WEN", "--json"))
    assert ["WEN"] == [token["symbol"] for token in document["plan"]["tokens"]]
    assert "the bundle has no token 'X'; it has JUP, WEN" in desk.plan("--token", "X", code=1)


def test_a_plan_may_verify_its_bundle_first(desk: Desk) -> None:
    assert "verified   yes, the whole bundle" in desk.plan("--verify")
    tree = desk.bundle / "JUP" / "proofs" / "tree_0.json"
    tree.write_bytes(tree.read_bytes().replace(b"1", b"2", 1))
    assert "does not hold: " in desk.plan("--verify", code=1)


@pytest.mark.parametrize("file", ["round.toml", "JUP/allocations.csv", "manifest.json"])
def test_a_plan_of_a_bundle_that_was_changed_is_refused(desk: Desk, file: str) -> None:
    path = desk.bundle / file
    path.write_bytes(path.read_bytes().replace(b"0", b"1", 1))
    assert f"error: {file}" in desk.plan(code=1)


def test_a_plan_of_a_bundle_with_another_round_is_refused(desk: Desk) -> None:
    files = sound(tokens())
    files["round.toml"] = round_text(tokens()[:1]).encode()
    put(seal(files), desk.bundle)
    assert "round.toml: has other tokens than the manifest" in desk.plan(code=1)


def test_a_plan_of_a_manifest_that_contradicts_itself_is_refused(desk: Desk) -> None:
    def forge(document: Any) -> None:
        document["tokens"][0]["trees"][0]["distributor"] = str(STRANGER.pubkey())

    put(edited(sound(tokens()), "manifest.json", forge), desk.bundle)
    assert "tokens[0].trees[0].distributor is not " in desk.plan(code=1)


def test_settings_that_are_wrong_are_all_named(desk: Desk) -> None:
    (desk.folder / "deploy.toml").write_text('admin = "x"\nspeed = 1\n', "utf-8")
    text = desk.plan(code=1)
    assert "deploy.toml:1: admin 'x'" in text
    assert "deploy.toml:2: speed '1': unknown key" in text
    assert "deploy.toml: clawback_start: missing" in text


def test_files_that_cannot_be_settings_are_refused(desk: Desk) -> None:
    path = desk.folder / "deploy.toml"
    path.write_bytes(b"\xff")
    assert "deploy.toml: not UTF-8; save the file as UTF-8" in desk.plan(code=1)
    path.write_bytes(b" " * 2**21)
    assert "more than 1,048,576 bytes; this is not deploy.toml" in desk.plan(code=1)
    path.unlink()
    assert "no such file; give the path of deploy.toml" in desk.plan(code=1)


def test_an_existing_plan_is_not_replaced(planned: Desk) -> None:
    assert "plan.json exists; choose another name" in planned.plan(
        "--out", planned.plan_file, code=1
    )


def test_a_plan_that_cannot_be_written_leaves_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert "No space left on device" in desk.plan("--out", desk.plan_file, code=1)
    assert [] == [path for path in desk.folder.iterdir() if "plan.json" in path.name]


def test_a_node_gives_time_blockhash_network_and_what_is_in_the_way(desk: Desk) -> None:
    chain: Any = desk.server.chain
    mint = Pubkey.from_string(JUP)
    make_tokens(chain, mint, FUNDER.pubkey(), 1)
    text = desk.plan("--rpc-url", desk.server.url)
    assert f"blockhash  {chain.latest_blockhash()}" in text
    assert "time       2026-01-01T00:00:00Z, the chain's clock" in text
    assert "network    unknown, its genesis hash is 11111111111111111111111111111112" in text
    assert "warning: on chain: JUP: the funder's token account" in text
    assert 0 == desk.server.calls["sendTransaction"]


def test_a_plan_for_machines_holds_the_warnings(desk: Desk) -> None:
    document = json.loads(desk.plan("--rpc-url", desk.server.url, "--json"))
    assert "11111111111111111111111111111112" == document["genesis_hash"]
    assert any("anybody can make" in warning for warning in document["warnings"])
    assert 8 == len(document["plan"]["steps"])


def test_a_time_that_is_none_is_misuse(desk: Desk) -> None:
    assert "no moment in UTC" in desk.plan("--now", "tomorrow", code=2)


def test_a_blockhash_is_put_into_every_transaction(desk: Desk) -> None:
    text = desk.plan("--blockhash", str(STRANGER.pubkey()))
    assert f"blockhash  {STRANGER.pubkey()}" in text
    assert "2 bytes, not 32" in desk.plan("--blockhash", "xx", code=2)


def nonce_content(authority: Pubkey) -> bytes:
    nonce = Nonce(
        authority=bytes(authority),  # type: ignore[arg-type]
        blockhash=b"\7" * 32,
        lamports_per_signature=5_000,
    )
    return encode_nonce(nonce)


def test_a_nonce_is_read_and_used_for_one_transaction(desk: Desk) -> None:
    chain: Any = desk.server.chain
    account = STRANGER.pubkey()
    chain.set_account(account, Account(10**7, nonce_content(ADMIN.pubkey()), SYSTEM))
    nonce = ["--nonce-account", account, "--nonce-authority", ADMIN.pubkey()]
    text = desk.plan("--rpc-url", desk.server.url, *nonce)
    stored = Pubkey(b"\7" * 32)
    assert f"blockhash  {stored}, of nonce {account}" in text
    assert "one nonce serves one transaction: of these 8 only one can land" in text
    assert "blockhash  empty" in desk.plan(*nonce)
    wrong = ["--nonce-account", account, "--nonce-authority", FUNDER.pubkey()]
    refusal = desk.plan("--rpc-url", desk.server.url, *wrong, code=1)
    assert f"answers to {ADMIN.pubkey()}, not to {FUNDER.pubkey()}" in refusal
    stale = ["--blockhash", FUNDER.pubkey()]
    refusal = desk.plan("--rpc-url", desk.server.url, *nonce, *stale, code=1)
    assert "the nonce account stores another blockhash; leave --blockhash out" in refusal
    chain.set_account(account, Account(1, b"", Pubkey.from_string(JUP)))
    refusal = desk.plan("--rpc-url", desk.server.url, *nonce, code=1)
    assert f"the nonce account {account} belongs to the program {JUP}" in refusal
    assert "together" in desk.plan("--nonce-account", account, code=2)


def test_a_token_that_nobody_is_paid_needs_nothing_read(desk: Desk) -> None:
    nobody = PlainToken(rows=[], symbol="NIL", mint=str(STRANGER.pubkey()), base=str(BASE.pubkey()))
    put(sound([*tokens(), nobody]), desk.folder / "more")
    settings = desk.folder / "deploy.toml"
    text = desk.asr("deploy", "plan", desk.folder / "more", "--deploy", settings)
    assert "NIL" not in text

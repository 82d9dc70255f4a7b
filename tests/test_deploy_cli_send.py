"""`asr deploy send` and `check` as an operator runs them, over real HTTP on loopback."""

from __future__ import annotations

import json
import os
import re
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from solders.pubkey import Pubkey

from merkle.cli import main
from tests.chain.building import make_tokens, set_time
from tests.chain.faults import Body
from tests.deployments import ADMIN, BASE, FUNDER, NOW, SETTINGS, STRANGER
from tests.plain_bundle import JUP

if TYPE_CHECKING:
    from tests.deploy_desk import Desk


def test_a_plan_is_sent_checked_and_not_sent_twice(planned: Desk) -> None:
    text = planned.send("--yes")
    assert "8 transactions left" in text
    assert f"node     {planned.server.url}\n" in text
    first = f"{planned.totals()[0] / 10**6:.6f}"
    assert f"sending: pay {first} JUP into the vault of JUP tree 0" in text
    assert "checks pass: the chain is as planned." in text
    assert planned.totals() == planned.vaults()
    before = planned.server.calls["sendTransaction"]
    again = planned.send("--yes")
    assert "Everything is there already; nothing is left to send." in again
    assert "the vault of WEN tree 0 holds 0.01500, all it needs" in again
    assert before == planned.server.calls["sendTransaction"]
    assert "checks pass" in planned.check("--plan", planned.plan_file)


def test_a_price_is_paid_by_who_pays_the_fee(planned: Desk) -> None:
    text = planned.send("--yes", "--compute-price", 1_000)
    assert f"SOL of {FUNDER.pubkey()}" in text
    assert "0.000015750" in text  # three payments of 5,000 and 250 lamports
    balance: Any = planned.server.chain.get_account(FUNDER.pubkey())
    assert 10 * 10**9 - 15_750 == balance.lamports


def test_what_an_earlier_run_has_sent_is_looked_for_first(planned: Desk) -> None:
    planned.server.fail(Body(b"{"), method="sendTransaction")
    text = planned.send("--yes", code=1)
    assert re.search(r"warning: receiver JUP: \w+ may have landed, or land still; run this", text)
    planned.server.node.expire()
    planned.plan_file.unlink()  # a new plan of the same bundle knows of it too
    planned.plan("--out", planned.plan_file, "--rpc-url", planned.server.url)
    text = planned.send("--yes")
    assert "looking for what an earlier run sent: receiver JUP" in text
    assert "\n  it has expired, and never landed\n" in text
    assert planned.totals() == planned.vaults()


def test_a_plan_says_what_is_left_on_chain(planned: Desk) -> None:
    planned.send("--yes")
    text = planned.plan("--rpc-url", planned.server.url)
    assert "warning: on chain: 0 of these 8 transactions are left to send" in text


def test_what_vaults_hold_already_is_said(planned: Desk) -> None:
    chain: Any = planned.server.chain
    document = json.loads(planned.plan_file.read_bytes())
    trees = document["tokens"][0]["trees"]
    first, second = (Pubkey.from_string(tree["distributor"]) for tree in trees)
    make_tokens(chain, Pubkey.from_string(JUP), first, 10)
    make_tokens(chain, Pubkey.from_string(JUP), second, 10**8)
    text = planned.send("--yes")
    lacks, surplus = planned.totals()[0] - 10, 10**8 - planned.totals()[1]
    assert f"tree 0 holds 0.000010 and lacks {lacks / 10**6:.6f}" in text
    assert f"tree 1 holds 100.000000 and holds too much by {surplus / 10**6:.6f}" in text


def test_nothing_is_sent_where_nobody_can_be_asked(planned: Desk) -> None:
    assert "nobody is there to ask; nothing was sent; pass --yes to send" in planned.send(code=1)
    assert 0 == planned.server.calls["sendTransaction"]


class Terminal:
    """Somebody at a terminal who gives one answer."""

    def __init__(self, answer: str) -> None:
        self._answer = answer

    def isatty(self) -> bool:
        return True

    def readline(self, *_: int) -> str:
        return self._answer


@pytest.mark.parametrize(("answer", "sent"), [("y\n", 8), ("n\n", 0), ("\n", 0), ("", 0)])
def test_only_a_yes_at_the_terminal_sends(
    planned: Desk, monkeypatch: pytest.MonkeyPatch, answer: str, sent: int
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    text = planned.send(code=0 if sent else 1)
    assert "Sign and send 8 transactions on an unknown network? [y/N]" in text
    assert ("not agreed; nothing was sent" in text) is (not sent)
    assert sent == planned.server.calls["sendTransaction"]


def test_the_question_names_the_network(planned: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    planned.server.node.genesis_hash = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"
    assert "Sign and send 8 transactions on mainnet-beta? [y/N]" in planned.send(code=1)


def test_keypairs_are_needed_and_the_missing_ones_named(planned: Desk) -> None:
    text = planned.send("--yes", keys="a", code=1)
    assert f"--keypair is missing for base {BASE.pubkey()}" in text
    assert f"--keypair is missing for funder {FUNDER.pubkey()}" in text
    planned.send("--yes", keys="", code=2)
    assert 0 == planned.server.calls["sendTransaction"]


def test_a_keypair_that_others_can_read_is_a_warning_and_never_shown(planned: Desk) -> None:
    path = planned.folder / "a.json"
    path.chmod(0o644)
    text = planned.send("--yes")
    assert f"warning: {path} can be read by others on this machine; run `chmod 600" in text
    assert str(list(bytes(ADMIN))[:4])[1:-1] not in text
    assert str(ADMIN) not in text
    path.write_text("[1, 2]", "utf-8")
    assert "a.json: no keypair" in planned.send("--yes", code=1)


@pytest.mark.parametrize("secret", [str(list(bytes(ADMIN))), str(ADMIN), bytes(ADMIN).hex()])
def test_a_key_in_place_of_a_file_is_never_shown(planned: Desk, secret: str) -> None:
    send = ["deploy", "send", planned.bundle, "--rpc-url", planned.server.url]
    pair = ["--keypair", planned.folder / "a.json"]
    for arguments in (
        [*send, "--plan", planned.plan_file, "--keypair", secret],
        [*send, "--plan", secret, *pair],
        ["deploy", "plan", planned.bundle, "--deploy", secret],
    ):
        text = planned.asr(*arguments, code=1)
        assert "error: no such file (its name is not shown: it may be a key); give the" in text
        assert secret not in text


def test_a_file_with_a_long_name_is_no_key(planned: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(planned.folder)
    name = "admin-of-all-distributions-of-this-very-year"
    (planned.folder / "a.json").rename(name)
    assert "checks pass" in planned.send("--yes", "--keypair", name, keys="bf")


def test_a_keypair_may_come_through_a_pipe(planned: Desk) -> None:
    pipe = planned.folder / "a.json"
    pipe.unlink()
    os.mkfifo(pipe, 0o600)
    writer = Thread(target=pipe.write_text, args=(ADMIN.to_json(),))
    writer.start()
    assert "checks pass" in planned.send("--yes")
    writer.join()


def test_times_that_have_passed_stop_a_send(planned: Desk) -> None:
    set_time(planned.server.chain, NOW + 10**8)
    text = planned.send("--yes", code=1)
    assert "JUP: start_vesting 2026-02-27T23:59:59Z is not after 2029-" in text
    assert "nothing was sent" in text
    assert 0 == planned.server.calls["sendTransaction"]


def test_a_time_that_is_over_is_said_once_and_only_of_what_is_to_be_made(planned: Desk) -> None:
    node = ["--rpc-url", planned.server.url]
    late = ["--now", "2026-02-28T00:00:00Z"]
    text = planned.plan(*node, *late)
    assert [f"warning: on chain: {symbol}: start_vesting " for symbol in ("JUP", "WEN")] == [
        line[: line.index("2026")] for line in text.splitlines() if "is not after" in line
    ]
    planned.send("--yes")
    assert "is not after" not in planned.plan(*node, *late)


def test_a_changed_plan_is_not_sent(planned: Desk) -> None:
    content = planned.plan_file.read_bytes()
    planned.plan_file.write_bytes(
        content.replace(str(FUNDER.pubkey()).encode(), str(STRANGER.pubkey()).encode(), 1)
    )
    assert "plan.json: not what this bundle and these settings give" in planned.send(
        "--yes", code=1
    )
    assert 0 == sum(planned.server.calls.values())


def test_with_json_stdout_holds_the_checks_alone(planned: Desk) -> None:
    with pytest.raises(SystemExit):
        main(
            [
                *("deploy", "send", str(planned.bundle), "--plan", str(planned.plan_file)),
                *("--rpc-url", planned.server.url, "--yes", "--json"),
                *(word for key in "abf" for word in ("--keypair", f"{planned.folder}/{key}.json")),
            ]
        )
    shown = planned.capsys.readouterr()
    document = json.loads(shown.out)
    assert document["passed"]
    assert planned.server.node.genesis_hash == document["genesis_hash"]
    assert ["JUP", "JUP", "JUP", "WEN", "WEN"] == [one["symbol"] for one in document["checked"]]
    assert "sending: make distributor and vault" in shown.err


def test_a_check_names_every_difference_and_exits_1(planned: Desk) -> None:
    text = planned.check("--plan", planned.plan_file, code=1)
    assert "  distributor  FAIL     there is none\n               planned  one of jupiter" in text
    planned.send("--yes")
    (planned.folder / "other.toml").write_text(
        SETTINGS.replace(str(ADMIN.pubkey()), str(STRANGER.pubkey())), "utf-8"
    )
    text = planned.check("--deploy", planned.folder / "other.toml", "--token", "WEN", code=1)
    assert f"  admin              FAIL     {ADMIN.pubkey()}\n" in text
    assert f"                     planned  {STRANGER.pubkey()}\n" in text
    assert "checks failed: the chain is not as planned." in text
    document = json.loads(
        planned.check("--deploy", planned.folder / "other.toml", "--json", code=1)
    )
    assert not document["passed"]
    assert planned.server.node.genesis_hash == document["genesis_hash"]


def test_a_check_shows_a_line_per_tree_or_every_value(planned: Desk) -> None:
    planned.send("--yes")
    text = planned.check("--plan", planned.plan_file)
    network, _, *lines, _, verdict = text.splitlines()
    assert "network  unknown, its genesis hash is 11111111111111111111111111111112" == network
    assert verdict == "All 108 checks pass: the chain is as planned."
    document = json.loads(planned.plan_file.read_bytes())
    first = document["tokens"][0]["trees"][0]["distributor"]
    assert lines[:2] == [
        f"JUP         pass  6 checks   {JUP}",
        f"JUP tree 0  pass  32 checks  {first}",
    ]
    assert ["JUP", "JUP tree 0", "JUP tree 1", "WEN", "WEN tree 0"] == [
        line.partition("  ")[0] for line in lines
    ]
    assert all(len(line) <= 80 for line in lines)
    text = planned.check("--plan", planned.plan_file, "--all")
    assert 108 + len(lines) == len(text.splitlines()) - 4
    assert "\n  vault's state            pass     in use\n" in text


def test_a_check_needs_one_of_plan_and_settings(planned: Desk) -> None:
    assert "give --plan alone, or --deploy" in planned.check(code=2)
    planned.check("--plan", planned.plan_file, "--token", "JUP", code=2)

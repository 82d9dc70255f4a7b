"""What a wrong program does is found, and a program that is none is refused in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from merkle.claim.transactions import WalletClaim
from tests.chain import claims, voter
from tests.chain.layouts import Record
from tests.chain.programs import _OF_VOTER
from tests.plain_bundle import PlainToken
from tests.rehearsals import MODEL, problems_of, rehearsed, rows, staked, with_locked

if TYPE_CHECKING:
    from collections.abc import Callable

    from merkle.rehearse import Programs
    from tests.chain.execution import Invocation

JUPITER = "DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R"
SMALL = PlainToken(rows=rows(3))
PAY, WRITE, CREATE = claims._pay, claims._write, claims._create_status


def changed(monkeypatch: pytest.MonkeyPatch, name: str, change: Callable[..., object]) -> None:
    """Let the modelled claim program do something else in one of its steps."""
    monkeypatch.setattr(f"tests.chain.claims.{name}", change)


def steps_of(tokens: list[PlainToken], programs: Programs = MODEL) -> set[str]:
    rehearsal = rehearsed(tokens, programs)
    assert not rehearsal.is_good
    return {step for step, _ in problems_of(rehearsal)}


def test_a_unit_too_little_is_found_in_the_wallet_and_in_the_vault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changed(monkeypatch, "_pay", lambda claim, amount: PAY(claim, amount - 1))
    rehearsal = rehearsed([SMALL])
    problems = problems_of(rehearsal)
    first = min(rows(3))[1]
    assert ("balance", f"the wallet holds {first - 1} base units, not {first}") == problems[0]
    assert ("vault", "holds 3 base units, not 0") == problems[-1]
    assert 4 == len(problems)
    assert 3 == rehearsal.tokens[0].trees[0].vault_left


def test_a_stake_that_is_a_unit_too_little_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    changed(monkeypatch, "_pay", lambda claim, amount: PAY(claim, amount - 1))
    problems = problems_of(rehearsed([staked(1)]))
    assert [
        ("stake", "the stake account counts 999 base units, not 1000"),
        ("stake", "the stake account holds 999 base units, not 1000"),
        ("vault", "holds 1 base units, not 0"),
    ] == problems


def test_a_changed_amount_that_is_accepted_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    changed(monkeypatch, "_folds", lambda _: True)
    rehearsal = rehearsed([SMALL])
    problem = rehearsal.problems[0]
    assert "changed amount" == problem.step
    assert problem.problem.startswith("accepted; it has to be refused by jupiter: InvalidProof")
    steps = {step for step, _ in problems_of(rehearsal)}
    assert {"changed amount", "another's proof", "claim", "counters", "vault"} <= steps
    tree = rehearsal.tokens[0].trees[0]
    assert tree.refused < tree.forgeries


def test_a_second_claim_that_is_accepted_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def create(claim: claims.Claim) -> None:
        if claim.checked.invocation.execution.account(claim.status.key) is None:
            CREATE(claim)

    changed(monkeypatch, "_create_status", create)
    step, said = problems_of(rehearsed([SMALL]))[0]
    assert "second claim" == step
    assert said.startswith("accepted; it has to be refused by system program")


def test_a_forgery_that_is_refused_for_another_reason_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folds = claims._folds

    def refuse(claim: claims.Claim) -> bool:
        claim.require(folds(claim), (6005, "Unauthorized"))
        return True

    changed(monkeypatch, "_folds", refuse)
    (first, *_) = problems_of(rehearsed([SMALL]))
    assert "changed amount" == first[0]
    assert first[1].startswith("refused, but by jupiter: Unauthorized 6005")
    assert "and not by jupiter: InvalidProof 6002" in first[1]


def test_a_wrong_counter_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(claim: claims.Claim, bonus: int) -> None:
        claim.record.numbers["num_nodes_claimed"] = 1
        WRITE(claim, bonus)

    changed(monkeypatch, "_write", write)
    assert [("counters", "num_nodes_claimed is 1, not 3")] == problems_of(rehearsed([SMALL]))


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("claimant", "the claimant in the claim's record is "),
        ("unlocked_amount", "the unlocked amount in the claim's record is 7, not 1000"),
        ("locked_amount", "the locked amount in the claim's record is 7, not 0"),
        ("locked_amount_withdrawn", "the withdrawn amount in the claim's record is 7, not 0"),
    ],
)
def test_a_wrong_record_is_found(name: str, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def spoil(claim: claims.Claim, bonus: int) -> None:
        WRITE(claim, bonus)
        call = claim.checked.invocation
        record = claim.variant.claim_status.read(_data(call, claim.status.key))
        if name in record.keys:
            record.keys[name] = claim.distributor
        else:
            record.numbers[name] = 7
        call.put(claim.status.key, bytes(record))

    changed(monkeypatch, "_write", spoil)
    (found,) = problems_of(rehearsed([PlainToken(rows=rows(1))]))
    assert "record" == found[0]
    assert found[1].startswith(problem)


def _data(call: Invocation, key: Any) -> bytes:
    account = call.execution.account(key)
    assert account is not None
    return bytes(account.data)


def test_a_record_that_is_none_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    changed(monkeypatch, "_create_status", lambda _: None)
    changed(monkeypatch, "_write", _write_without_record)
    steps = steps_of([PlainToken(rows=rows(1))])
    assert {"second claim", "accounts"} <= steps


def _write_without_record(claim: claims.Claim, _: int) -> None:
    claim.checked.invocation.put(claim.distributor, bytes(claim.record))


def test_a_distributor_that_is_gone_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def close(claim: claims.Claim, bonus: int) -> None:
        WRITE(claim, bonus)
        claim.checked.invocation.close(claim.distributor, claim.claimant)

    changed(monkeypatch, "_write", close)
    assert "reading the distributor" in steps_of([PlainToken(rows=rows(1))])


def test_a_distributor_that_is_made_otherwise_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    written = Record.__bytes__

    def write(record: Record) -> bytes:
        if record.numbers.get("max_num_nodes") and not record.numbers["num_nodes_claimed"]:
            record.numbers["max_num_nodes"] = 99
        return written(record)

    monkeypatch.setattr(Record, "__bytes__", write)
    said = "the max_num_nodes of the new distributor is another than it was told"
    rehearsal = rehearsed([SMALL])
    assert [("new_distributor", said)] == problems_of(rehearsal)
    assert (0, None) == (rehearsal.claims, rehearsal.tokens[0].trees[0].vault_left)


def test_a_deposit_that_is_refused_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(call: Invocation) -> None:
        raise call.refuse(6008, "AmountIsZero")

    monkeypatch.setitem(_OF_VOTER, "increase_locked_amount", refuse)
    rehearsal = rehearsed([staked(1)], replace(MODEL, profile="kamino"))
    steps = [step for step, _ in problems_of(rehearsal)]
    assert ["deposit", "balance", "stake", "stake"] == steps
    assert "locked_voter: AmountIsZero 6008" in rehearsal.problems[0].problem


def test_a_voter_that_opens_no_stake_account_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(call: Invocation) -> None:
        raise call.refuse(6006, "LockerIsExpired")

    monkeypatch.setitem(_OF_VOTER, "new_escrow", refuse)
    assert {"opening a stake account"} == steps_of([staked(2)])


def test_a_voter_that_writes_something_else_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    toggle = voter.toggle_max_lock

    def spoil(call: Invocation) -> None:
        toggle(call)
        call.put(call.accounts[1].key, bytes(len(_data(call, call.accounts[1].key))))

    monkeypatch.setitem(_OF_VOTER, "toggle_max_lock", spoil)
    assert {"opening a stake account"} == steps_of([staked(2)])


def test_where_the_voter_writes_more_than_we_know_every_stake_account_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    toggle, opened = voter.toggle_max_lock, []

    def write_more(call: Invocation) -> None:
        toggle(call)
        opened.append(call.accounts[1].key)
        content = _data(call, call.accounts[1].key)
        call.put(call.accounts[1].key, content[:-1] + b"\1")

    monkeypatch.setitem(_OF_VOTER, "toggle_max_lock", write_more)
    many = PlainToken(rows=rows(9), claim="stake", most=9)
    assert [] == problems_of(rehearsed([many]))
    assert 1 + 9 + 1 == len(opened)  # the first one, the wallets, and the stranger


def test_a_locked_amount_that_is_not_paid_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("merkle.rehearse.scene.Scene.vest", lambda _: None)
    rehearsal = rehearsed([PlainToken(rows=with_locked(4))])
    problems = problems_of(rehearsal)
    assert 2 == [step for step, _ in problems].count("claim of the locked amount")
    assert "jupiter: InsufficientUnlockedTokens 6000" in problems[0][1]
    assert 111 == rehearsal.tokens[0].trees[0].vault_left


def test_a_tree_too_deep_for_a_packet_is_found() -> None:
    proof = tuple(bytes([at]) * 32 for at in range(30))

    def deep(**fields: Any) -> WalletClaim:
        return WalletClaim(**(fields | {"siblings": proof}))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("merkle.rehearse.claims.WalletClaim", deep)
        rehearsal = rehearsed([PlainToken(rows=rows(1))])
    claim = next(problem for problem in rehearsal.problems if problem.step == "claim")
    assert "30 hashes" in claim.problem
    assert () == claim.logs

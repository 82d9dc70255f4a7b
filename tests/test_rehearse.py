"""A rehearsal makes every claim of a bundle, and says of which program that was shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from solders.pubkey import Pubkey

from allocation.address import parse_address
from allocation.errors import AsrError
from merkle.program import PROFILES
from merkle.rehearse import cutting
from merkle.rehearse.cutting import spread
from tests.chain import voter
from tests.chain.keys import escrow_of, locker_of
from tests.chain.layouts import ESCROW
from tests.chain.programs import _OF_VOTER
from tests.plain_bundle import BASE, JUP, LOCKER_BASE, WEN, PlainToken
from tests.rehearsals import MODEL, StageChain, problems_of, rehearsed, rows, staked, with_locked

if TYPE_CHECKING:
    from merkle.rehearse import Rehearsal
    from tests.chain.execution import Invocation

CLAIMS = [(profile.name, claim) for profile in PROFILES.values() for claim in profile.depths]
TRANSFERS = [name for name, claim in CLAIMS if claim == "transfer"]


def token_for(program: str, claim: str, **fields: object) -> PlainToken:
    """Ten wallets in trees of 4, 4 and 2; plain bundles derive the addresses of two programs."""
    base = BASE if program in {"jupiter", "jito"} else None
    given = {"rows": rows(10), "program": program, "claim": claim, "base": base} | fields
    return PlainToken(**given)  # type: ignore[arg-type]


def without_time(rehearsal: Rehearsal) -> Rehearsal:
    tokens = tuple(replace(token, seconds=0.0) for token in rehearsal.tokens)
    return replace(rehearsal, tokens=tokens, seconds=0.0)


@pytest.mark.parametrize(("program", "claim"), CLAIMS)
def test_every_wallet_claims_and_every_forgery_is_refused(program: str, claim: str) -> None:
    rehearsal = rehearsed([token_for(program, claim)])
    assert [] == problems_of(rehearsal)
    assert rehearsal.is_good
    assert (program, 10) == (rehearsal.profile, rehearsal.claims)
    (token,) = rehearsal.tokens
    assert claim == token.way
    shards = [[amount for _, amount, _ in shard] for shard in PlainToken(rows=rows(10)).shards]
    expected = [(len(amounts), sum(amounts)) for amounts in shards]
    assert expected == [(tree.claims, tree.paid) for tree in token.trees]
    assert [0, 0, 0] == [tree.vault_left for tree in token.trees]
    assert [(12, 12), (12, 12), (6, 6)] == [(tree.forgeries, tree.refused) for tree in token.trees]


@pytest.mark.parametrize("program", TRANSFERS)
def test_locked_amounts_and_amounts_of_zero_are_claimed_too(program: str) -> None:
    rehearsal = rehearsed([token_for(program, "transfer", rows=with_locked(10))])
    assert [] == problems_of(rehearsal)
    trees = rehearsal.tokens[0].trees
    assert [41, 140, 111] == [tree.vested for tree in trees]
    assert [0, 0, 0] == [tree.vault_left for tree in trees]


@pytest.mark.parametrize("program", ["jupiter", "kamino"])
def test_most_stake_accounts_stand_there_already(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    toggle, opened, chains = voter.toggle_max_lock, [], [StageChain()]

    def note(call: Invocation) -> None:
        toggle(call)
        opened.append(call.accounts[1].key)

    monkeypatch.setitem(_OF_VOTER, "toggle_max_lock", note)
    programs = replace(MODEL, profile=program, make_machine=lambda _: chains[0])
    assert [] == problems_of(rehearsed([staked(20, most=20)], programs))
    assert 1 + 5 + 1 == len(opened)  # the first one, those that are forged, and the stranger's
    locker = locker_of(Pubkey(parse_address(LOCKER_BASE)))
    for wallet in (Pubkey(wallet) for wallet, _, _ in rows(20)):
        account = chains[0].get_account(escrow_of(locker, wallet))
        assert account is not None
        escrow = ESCROW.read(account.data)
        assert (wallet, wallet) == (escrow.keys["owner"], escrow.keys["vote_delegate"])
        assert 1 == escrow.numbers["is_max_lock"]


@pytest.mark.parametrize("program", ["kamino", "jito"])
def test_a_stake_on_a_program_that_cannot_stake_is_deposited_by_the_wallet(program: str) -> None:
    rehearsal = rehearsed([staked(10)], replace(MODEL, profile=program))
    assert [] == problems_of(rehearsal)
    assert ("deposit", "jupiter") == (rehearsal.tokens[0].way, rehearsal.tokens[0].program)
    assert rehearsal.voter_sha256 is not None


def test_without_a_voter_a_stake_on_another_program_is_paid_to_wallets() -> None:
    rehearsal = rehearsed([staked(3)], replace(MODEL, profile="kamino", voter=None))
    assert [] == problems_of(rehearsal)
    assert "transfer" == rehearsal.tokens[0].way
    assert rehearsal.voter_sha256 is None


def test_a_voter_that_nothing_needs_is_not_said_to_have_run() -> None:
    assert rehearsed([PlainToken(rows=rows(2))]).voter_sha256 is None


def test_a_tree_of_one_leaf_is_claimed_with_an_empty_proof() -> None:
    rehearsal = rehearsed([PlainToken(rows=rows(1))])
    assert [] == problems_of(rehearsal)
    (tree,) = rehearsal.tokens[0].trees
    assert (1, 1000, 3, 3) == (tree.claims, tree.paid, tree.forgeries, tree.refused)


def test_the_largest_amount_is_forged_as_one_less() -> None:
    everything = [(bytes(range(32)), 2**64 - 1, 0)]
    assert [] == problems_of(rehearsed([PlainToken(rows=everything)]))


def test_a_token_without_wallets_has_nothing_to_rehearse() -> None:
    rehearsal = rehearsed([PlainToken(rows=[]), PlainToken(rows=rows(2), symbol="WEN", mint=WEN)])
    assert [0, 2] == [token.claims for token in rehearsal.tokens]
    assert rehearsal.tokens[0].compute_units is None


def test_costs_are_those_of_the_claims() -> None:
    token = rehearsed([PlainToken(rows=rows(9), most=8)]).tokens[0]
    assert token.sizes is not None
    assert token.compute_units is not None
    one_leaf = 471  # bytes: new_claim with the wallet's token account, measured for DiS3
    assert one_leaf == token.sizes.smallest
    assert one_leaf + 3 * 32 == token.sizes.median == token.sizes.largest
    assert 0 < token.compute_units.smallest <= token.compute_units.median


def test_a_token_is_chosen_by_its_symbol() -> None:
    tokens = [PlainToken(rows=rows(2)), PlainToken(rows=rows(3), symbol="WEN", mint=WEN)]
    rehearsal = rehearsed(tokens, symbol="WEN")
    assert ["WEN"] == [token.symbol for token in rehearsal.tokens]
    with pytest.raises(AsrError, match="the bundle has no token 'XXX'; it has JUP, WEN"):
        rehearsed(tokens, symbol="XXX")


def test_a_sample_has_the_first_and_the_last_wallet_of_every_tree() -> None:
    rehearsal = rehearsed([PlainToken(rows=rows(10), most=7)], most=3)
    assert [] == problems_of(rehearsal)
    trees = rehearsal.tokens[0].trees
    assert [(7, 3, 3), (3, 3, 3)] == [(tree.leaves, tree.asked, tree.claims) for tree in trees]
    assert [0, 3, 6] == spread(7, 3).tolist()
    left, leaves = trees[0].vault_left, sorted(rows(10))[:7]
    assert sum(amount for _, amount, _ in leaves) - trees[0].paid == left


def test_a_sample_passes_over_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("merkle.verify.tree_lines.READ_AT_ONCE", 700)
    rehearsal = rehearsed([PlainToken(rows=rows(10), most=10)], most=2)
    assert [] == problems_of(rehearsal)
    assert 2 == rehearsal.claims


@pytest.mark.parametrize(
    ("expected", "count", "most"), [([0], 5, 1), ([0, 4], 5, 2), ([0, 1, 2], 3, 9), ([], 0, 1)]
)
def test_places_are_spread_evenly(expected: list[int], count: int, most: int) -> None:
    assert expected == spread(count, most).tolist()


@pytest.mark.parametrize(("program", "most"), [("jupiter", 3), ("kamino", 5)])
def test_a_large_tree_is_one_history_in_several_machines(
    program: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = token_for(program, "transfer", rows=with_locked(10), most=10)
    whole = rehearsed([token])
    monkeypatch.setattr(cutting, "MOST_CLAIMS", most)
    monkeypatch.setattr("merkle.verify.tree_lines.READ_AT_ONCE", 700)
    cut = rehearsed([token])
    assert [] == problems_of(cut)
    assert without_time(whole).tokens[0].trees == without_time(cut).tokens[0].trees
    assert 0 == cut.tokens[0].trees[0].vault_left


def test_processes_show_what_one_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    token = PlainToken(rows=rows(6), most=2)
    stages: list[tuple[str, int, int]] = []
    one = rehearsed([token], progress=lambda *stage: stages.append(stage))
    assert ("claims", 6, 6) == stages[-1]
    assert sorted(stages) == stages
    monkeypatch.setattr("merkle.rehearse.bundles.LEAVES_PER_CLAIM", 10**6)
    two = rehearsed([token], processes=2)
    assert without_time(one) == without_time(two)


def test_wallets_for_whom_nobody_has_a_key_are_counted() -> None:
    off_curve = [wallet for wallet, _, _ in rows(20) if not Pubkey(wallet).is_on_curve()]
    assert 0 < len(off_curve) < 20
    assert len(off_curve) == rehearsed([PlainToken(rows=rows(20))]).tokens[0].off_curve


TAKEN = [
    "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    "11111111111111111111111111111111",
    "SysvarC1ock11111111111111111111111111111111",
    "DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R",
    JUP,
]


@pytest.mark.parametrize("address", TAKEN)
def test_what_is_no_wallet_is_found_and_left_as_it_is(address: str) -> None:
    taken = parse_address(address)
    rehearsal = rehearsed([PlainToken(rows=[*rows(3), (taken, 5, 0)])])
    problem = "another account stands at this address: it is no wallet"
    assert [("opening the wallet", problem)] == problems_of(rehearsal)
    assert (address, 3) == (rehearsal.problems[0].wallet, rehearsal.claims)


def test_a_distributor_in_its_own_tree_is_no_wallet() -> None:
    token = PlainToken(rows=rows(2), most=9)
    address = token.distributor(0)
    assert address is not None
    forged = replace(token, rows=[*token.rows, (parse_address(address), 1, 0)])
    assert "opening the wallet" == problems_of(rehearsed([forged]))[0][0]

"""The model of the chain obeys CLAIM_PROGRAM.md section 11: escrows, max lock and the ways out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chain.building import funded, keypair, make_mint, make_tokens, send, set_time, tokens_at
from tests.chain.calls import Staking
from tests.chain.layouts import ESCROW, LOCKER, PARTIAL_UNSTAKING
from tests.chain.stages import NOW, Stage

if TYPE_CHECKING:
    from solders.instruction import Instruction

    from tests.chain.layouts import Layout, Record

SHORTEST, LONGEST = 100, 1_000  # seconds, of the stage's locker
PARTIAL = keypair(30)


class Staker:
    """One wallet with 500 tokens and an escrow without a lock."""

    def __init__(self) -> None:
        self.stage = Stage("jupiter").with_escrow(max_lock=False)
        self.chain, self.owner = self.stage.chain, self.stage.claimant
        self.purse = make_tokens(self.chain, self.stage.mint, self.owner.pubkey(), 500)
        self.calls: Staking = self.stage.staking()

    def run(self, instruction: Instruction) -> int | None:
        """Send, and return the custom code of a failure."""
        ran = send(self.chain, [instruction], self.owner)
        assert (ran.error is None) == (ran.custom is None)
        return ran.custom

    def deposit(self, amount: int) -> int | None:
        return self.run(self.calls.deposit(self.owner.pubkey(), self.purse, amount))

    def locked(self, amount: int = 500) -> Staker:
        assert self.run(self.calls.max_lock()) is None
        assert self.deposit(amount) is None
        return self

    def open_partial(self, amount: int, memo: bytes = b"") -> int | None:
        opening = self.calls.open_partial(PARTIAL.pubkey(), amount, memo)
        return send(self.chain, [opening], self.owner, PARTIAL).custom

    def read(self, layout: Layout) -> Record:
        address = {
            "Locker": self.stage.locker,
            "Escrow": self.calls.escrow,
            "PartialUnstaking": PARTIAL.pubkey(),
        }[layout.name]
        account = self.chain.get_account(address)
        assert account is not None
        assert account.data[:8] == layout.discriminator
        return layout.read(account.data)

    def escrow(self) -> dict[str, int]:
        return self.read(ESCROW).numbers


@pytest.fixture
def staker() -> Staker:
    return Staker()


def test_anybody_opens_an_escrow_for_anybody(staker: Staker) -> None:
    owner = keypair(31).pubkey()
    calls = Staking(locker=staker.stage.locker, mint=staker.stage.mint, owner=owner)
    assert staker.run(calls.new_escrow(staker.owner.pubkey())) is None
    assert 2 == staker.read(LOCKER).numbers["total_escrow"]
    assert 0 == staker.run(calls.new_escrow(staker.owner.pubkey()))


@pytest.mark.parametrize(
    ("layout", "size", "discriminator"),
    [(LOCKER, 665, "4af60671f9e44ba9"), (ESCROW, 322, "1fd57bbbba16da9b")],
)
def test_accounts_have_the_sizes_of_the_program(
    staker: Staker, layout: Layout, size: int, discriminator: str
) -> None:
    assert (size, bytes.fromhex(discriminator)) == (layout.size, layout.discriminator)
    assert size == len(bytes(staker.read(layout)))


def test_an_escrow_begins_without_a_lock_and_takes_nothing(staker: Staker) -> None:
    assert (0, 0) == (staker.escrow()["is_max_lock"], staker.escrow()["escrow_ends_at"])
    assert 6000 == staker.deposit(1)


def test_a_lock_that_is_long_enough_takes_deposits(staker: Staker) -> None:
    assert 6000 == staker.run(staker.calls.extend(SHORTEST - 1))
    assert 6001 == staker.run(staker.calls.extend(LONGEST + 1))
    assert staker.run(staker.calls.extend(SHORTEST)) is None
    assert staker.deposit(500) is None
    assert 500 == staker.escrow()["amount"]


def test_a_lock_is_never_shortened(staker: Staker) -> None:
    assert staker.run(staker.calls.extend(500)) is None
    assert 6002 == staker.run(staker.calls.extend(499))


def test_deposits_count_in_escrow_and_locker(staker: Staker) -> None:
    staker.locked(300)
    assert staker.deposit(200) is None
    assert 500 == staker.escrow()["amount"]
    assert 500 == staker.read(LOCKER).numbers["locked_supply"]
    assert (0, 500) == (
        tokens_at(staker.chain, staker.purse),
        tokens_at(staker.chain, staker.calls.tokens),
    )


def test_anybody_pays_into_an_escrow(staker: Staker) -> None:
    staker.locked()
    giver = funded(staker.chain, 32)
    purse = make_tokens(staker.chain, staker.stage.mint, giver.pubkey(), 7)
    gift = staker.calls.deposit(giver.pubkey(), purse, 7)
    assert send(staker.chain, [gift], giver).error is None
    assert 507 == staker.escrow()["amount"]


def test_a_deposit_is_more_than_nothing(staker: Staker) -> None:
    assert 6008 == staker.locked().deposit(0)


def test_a_deposit_goes_into_the_escrow_s_own_tokens(staker: Staker) -> None:
    staker.locked(1)
    payer = staker.owner.pubkey()
    assert 2003 == staker.run(staker.calls.deposit(payer, staker.purse, 1, tokens=staker.purse))


def test_a_deposit_comes_from_the_payer_in_the_locker_s_mint(staker: Staker) -> None:
    staker.locked(1)
    other = make_mint(staker.chain, keypair(60).pubkey())
    payer = staker.owner.pubkey()
    wrong_mint = make_tokens(staker.chain, other, payer, 5)
    wrong_owner = make_tokens(staker.chain, staker.stage.mint, keypair(33).pubkey(), 5)
    assert 2003 == staker.run(staker.calls.deposit(payer, wrong_mint, 1))
    assert 2003 == staker.run(staker.calls.deposit(payer, wrong_owner, 1))


def test_only_the_owner_turns_max_lock_on(staker: Staker) -> None:
    thief = funded(staker.chain, 34)
    attempt = staker.calls.max_lock(signer=thief.pubkey())
    assert send(staker.chain, [attempt], thief).error is not None
    assert 0 == staker.escrow()["is_max_lock"]


def test_under_max_lock_nothing_is_extended_or_withdrawn(staker: Staker) -> None:
    staker.locked()
    assert 6004 == staker.run(staker.calls.extend(SHORTEST))
    assert 6004 == staker.run(staker.calls.withdraw(staker.purse))


def test_turning_max_lock_off_starts_the_countdown(staker: Staker) -> None:
    staker.locked()
    assert staker.run(staker.calls.max_lock(on=False)) is None
    assert NOW + LONGEST == staker.escrow()["escrow_ends_at"]
    set_time(staker.chain, NOW + LONGEST - 1)
    assert 6003 == staker.run(staker.calls.withdraw(staker.purse))


def test_what_is_off_already_stays_as_it_is(staker: Staker) -> None:
    assert staker.run(staker.calls.max_lock(on=False)) is None
    assert 0 == staker.escrow()["escrow_ends_at"]


def test_a_withdrawal_takes_everything_and_closes_the_escrow(staker: Staker) -> None:
    staker.locked()
    staker.run(staker.calls.max_lock(on=False))
    set_time(staker.chain, NOW + LONGEST)
    assert staker.run(staker.calls.withdraw(staker.purse)) is None
    assert 500 == tokens_at(staker.chain, staker.purse)
    assert staker.chain.get_account(staker.calls.escrow) is None
    numbers = staker.read(LOCKER).numbers
    assert (0, 0) == (numbers["total_escrow"], numbers["locked_supply"])
    assert staker.run(staker.calls.new_escrow(staker.owner.pubkey())) is None


def test_partial_unstaking_leaves_tokens_and_max_lock(staker: Staker) -> None:
    staker.locked()
    assert staker.open_partial(200, b"bye") is None
    numbers = staker.escrow()
    assert (300, 200, 1) == (
        numbers["amount"],
        numbers["partial_unstaking_amount"],
        numbers["is_max_lock"],
    )
    assert 500 == tokens_at(staker.chain, staker.calls.tokens)
    partial = staker.read(PARTIAL_UNSTAKING)
    assert (200, NOW + LONGEST) == (partial.numbers["amount"], partial.numbers["expiration"])
    assert (3, b"bye") == (partial.numbers["memo_length"], partial.rest)


def test_partial_unstaking_ends_with_the_lock(staker: Staker) -> None:
    staker.run(staker.calls.extend(700))
    staker.deposit(500)
    assert staker.open_partial(200) is None
    assert NOW + 700 == staker.read(PARTIAL_UNSTAKING).numbers["expiration"]


@pytest.mark.parametrize("amount", [0, 501])
def test_no_more_is_unstaked_than_there_is(staker: Staker, amount: int) -> None:
    assert 6010 == staker.locked().open_partial(amount)


def test_a_merge_restores_what_was_being_unstaked(staker: Staker) -> None:
    staker.locked().open_partial(200)
    assert staker.run(staker.calls.merge_partial(PARTIAL.pubkey())) is None
    numbers = staker.escrow()
    assert (500, 0) == (numbers["amount"], numbers["partial_unstaking_amount"])
    assert staker.chain.get_account(PARTIAL.pubkey()) is None


def test_what_is_unstaked_comes_from_its_expiration_on(staker: Staker) -> None:
    staker.locked().open_partial(200)
    withdrawal = staker.calls.withdraw_partial(PARTIAL.pubkey(), staker.purse)
    set_time(staker.chain, NOW + LONGEST - 1)
    assert 6014 == staker.run(withdrawal)
    set_time(staker.chain, NOW + LONGEST)
    assert staker.run(withdrawal) is None
    assert 200 == tokens_at(staker.chain, staker.purse)
    assert (300, 0) == (staker.escrow()["amount"], staker.escrow()["partial_unstaking_amount"])
    assert staker.chain.get_account(PARTIAL.pubkey()) is None


def test_nothing_is_withdrawn_beside_an_open_unstaking(staker: Staker) -> None:
    staker.locked().open_partial(200)
    staker.run(staker.calls.max_lock(on=False))
    set_time(staker.chain, NOW + LONGEST)
    assert 6013 == staker.run(staker.calls.withdraw(staker.purse))


def test_a_claim_is_staked_while_unstaking(staker: Staker) -> None:
    locker = staker.stage.locker
    stage = Stage("jupiter", claim_type=2, locker=locker).created().with_escrow()
    purse = make_tokens(stage.chain, stage.mint, stage.claimant.pubkey(), 500)
    staking = stage.staking()
    deposit = staking.deposit(stage.claimant.pubkey(), purse, 500)
    opening = staking.open_partial(PARTIAL.pubkey(), 500)
    assert send(stage.chain, [deposit, opening], stage.claimant, PARTIAL).error is None
    assert stage.claim_and_stake().error is None

"""One tree's distributor: created, funded and checked with the transactions that do it on chain."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from solders.pubkey import Pubkey

from allocation.address import Address
from allocation.errors import AsrError
from merkle.program.addresses import (
    ESCROW_SEED,
    associated_token_address,
    distributor_address,
    locker_address,
)
from merkle.program.errors import ProgramError
from merkle.program.ids import LOCKED_VOTER
from merkle.program.instructions_claim import StakeAccounts
from merkle.program.instructions_create import NewDistributor, new_distributor
from merkle.program.instructions_token import create_token_account, transfer_checked
from merkle.program.instructions_voter import new_escrow, toggle_max_lock
from merkle.program.layouts_distributor import decode_distributor, encode_distributor
from merkle.program.layouts_voter import decode_escrow, encode_escrow
from merkle.rehearse.machine import Outcome
from merkle.rehearse.world import DAY, World, made_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solders.instruction import Instruction

    from merkle.program.layouts_distributor import DistributorAccount
    from merkle.program.layouts_voter import Escrow
    from merkle.rehearse.part import Part

NOW: Final = 1_750_000_000  # unix seconds on the machine, the same in every run
START_VESTING: Final = NOW + DAY
END_VESTING: Final = START_VESTING + DAY
CLAWBACK_START: Final = END_VESTING + 365 * DAY

ADMIN: Final = made_up("admin")
BASE: Final = made_up("base")  # where the round has none yet
RECEIVER: Final = made_up("clawback receiver")
CREATION: Final = "new_distributor"
STAKER: Final = made_up("staker")  # whose stake account is opened first
TREASURY: Final = made_up("treasury")  # a token account of the admin with what the tree pays


class SceneError(AsrError):
    """A tree has no distributor to claim from: `step` says what failed, `outcome` how."""

    def __init__(self, step: str, outcome: Outcome) -> None:
        super().__init__(f"{step}: {outcome.refusal}")
        self.step, self.outcome = step, outcome


class Scene:
    """A world with one tree's distributor in it, and whatever its claims need."""

    def __init__(self, part: Part) -> None:
        target = part.target
        self.part = part
        self.profile = target.profile
        self.world = World(target.make_machine(), target.profile, target.mint)
        self.base = (target.base or BASE) if self.profile.has_base else None
        version = part.tree.version
        derived = distributor_address(self.profile, self.base, target.mint, version)
        self.distributor = cast("Address", derived)  # there is a base where one is needed
        self.vault = associated_token_address(self.distributor, target.mint)
        self._stakes: dict[Address, tuple[StakeAccounts, int]] = {}  # with their bumps
        self._written: Escrow | None = None  # as the voter writes a stake account
        self._encoded: dict[int, bytes] = {}  # the same by the bump of its address
        self.locker = None if target.locker_base is None else locker_address(target.locker_base)

    def create(self) -> DistributorAccount:
        """Create and fund the distributor; return it as it stands before the part's claims.

        Errors: SceneError for what the program refuses, or has done otherwise than it was told.
        """
        target, total = self.part.target, self.part.tree.max_total_claim
        self._put_what_stands()
        if not self.profile.creates_vault:
            vault = create_token_account(payer=ADMIN, owner=self.distributor, mint=target.mint)
            self._do("creating the vault", [vault])
        if self.locker is not None:
            self._open_first_stake()
        self._do(CREATION, [new_distributor(self.profile, self._told())])
        funding = transfer_checked(
            source=TREASURY,
            mint=target.mint,
            destination=self.vault,
            owner=ADMIN,
            amount=total,
            decimals=target.decimals,
        )
        self._do("funding the vault", [funding])
        self._check_created()
        self._move_on()
        return self.read_distributor()

    def open_wallet(self, wallet: Address, *, as_owner: bool = False) -> Outcome:
        """Give a wallet lamports, and a stake account under max lock where it stakes.

        Stake accounts stand on chain long before a claim, so they are put there as the voter has
        written the first one; `as_owner` opens one with the transactions that its owner sends.
        """
        if self.world.is_taken(wallet):
            return Outcome(refusal="another account stands at this address: it is no wallet")
        self.world.fill(wallet)
        if self.part.target.way == "deposit":
            # the claim pays into it, on the way to the stake; a claim that stakes has none
            tokens = associated_token_address(wallet, self.world.mint)
            self.world.put_tokens(tokens, wallet, 0)
        if self.locker is None:
            return Outcome()
        if as_owner or self._written is None:
            return self._open_stake(wallet, self.stake_of(wallet))
        self._put_stake(wallet, self._written)
        return Outcome()

    def stake_of(self, wallet: Address) -> StakeAccounts:
        """Derive a wallet's stake account."""
        return self._stake_and_bump(wallet)[0]

    def _stake_and_bump(self, wallet: Address) -> tuple[StakeAccounts, int]:
        """Derive them once: that is the slow part."""
        if wallet not in self._stakes:
            locker = cast("Address", self.locker)  # there is one wherever something is staked
            seeds = [ESCROW_SEED, locker, wallet]
            key, bump = Pubkey.find_program_address(seeds, Pubkey(LOCKED_VOTER))
            escrow = Address(bytes(key))
            tokens = associated_token_address(escrow, self.world.mint)
            stake = StakeAccounts(locker=locker, escrow=escrow, escrow_tokens=tokens)
            self._stakes[wallet] = stake, bump
        return self._stakes[wallet]

    def _open_stake(self, wallet: Address, stake: StakeAccounts) -> Outcome:
        escrow, locker = stake.escrow, stake.locker
        instructions = [
            new_escrow(locker=locker, escrow=escrow, owner=wallet, payer=wallet),
            toggle_max_lock(locker=locker, escrow=escrow, owner=wallet, is_max_lock=True),
            create_token_account(payer=wallet, owner=escrow, mint=self.world.mint),
        ]
        return self.world.run(instructions, wallet)

    def _put_stake(self, wallet: Address, written: Escrow) -> None:
        """Put the first stake account there once more, of another owner."""
        stake, bump = self._stake_and_bump(wallet)
        if bump not in self._encoded:
            self._encoded[bump] = encode_escrow(replace(written, bump=bump))
        content = self._encoded[bump].replace(STAKER, wallet)
        content = content.replace(written.tokens, stake.escrow_tokens)
        self.world.put(stake.escrow, content, LOCKED_VOTER)
        self.world.put_tokens(stake.escrow_tokens, stake.escrow)

    def _open_first_stake(self) -> None:
        """Look how the voter writes a stake account; where we would write it otherwise, we won't.

        Errors: SceneError where it opens none.
        """
        stake = self.stake_of(STAKER)
        self.world.fill(STAKER)
        outcome = self._open_stake(STAKER, stake)
        if not outcome.is_done:
            raise SceneError("opening a stake account", outcome)
        content = self.world.content(stake.escrow, LOCKED_VOTER)
        try:
            escrow = decode_escrow(content)
        except ProgramError as error:
            raise SceneError("opening a stake account", Outcome(refusal=str(error))) from error
        if encode_escrow(escrow) == content:
            self._written = escrow

    def vest(self) -> None:
        """Let time pass until everything that was locked is free."""
        self.world.put_clock(END_VESTING + 1)

    def read_distributor(self) -> DistributorAccount:
        """Read the distributor.

        Errors: SceneError where there is none.
        """
        content = self.world.content(self.distributor, self.profile.program_id)
        try:
            return decode_distributor(self.profile, content)
        except ProgramError as error:
            raise SceneError("reading the distributor", Outcome(refusal=str(error))) from error

    def _put_what_stands(self) -> None:
        target, total = self.part.target, self.part.tree.max_total_claim
        self.world.put_clock(NOW)
        self.world.put_mint(target.decimals, total)
        if target.locker_base is not None:
            self.world.put_locker(target.locker_base)
        self.world.fill(ADMIN)
        self.world.put_tokens(TREASURY, ADMIN, total)
        self.world.put_tokens(RECEIVER, ADMIN)

    def _do(self, step: str, instructions: Sequence[Instruction]) -> None:
        outcome = self.world.run(instructions, ADMIN)
        if not outcome.is_done:
            hint = f"; is the file the program of {self.profile.name}?"
            refusal = outcome.refusal + (hint if step == CREATION else "")
            raise SceneError(step, replace(outcome, refusal=refusal))

    def _told(self) -> NewDistributor:
        """Return what new_distributor is told; the times are made up, a bundle has none."""
        tree, target = self.part.tree, self.part.target
        return NewDistributor(
            distributor=self.distributor,
            base=self.base,
            mint=target.mint,
            vault=self.vault,
            clawback_receiver=RECEIVER,
            admin=ADMIN,
            version=tree.version,
            root=tree.root,
            max_total_claim=tree.max_total_claim,
            max_num_nodes=tree.max_num_nodes,
            start_vesting=START_VESTING,
            end_vesting=END_VESTING,
            clawback_start=CLAWBACK_START,
            locker=self.locker if target.way == "stake" else None,
        )

    def _check_created(self) -> None:
        """Believe no program that it has done what it was told."""
        created, told = self.read_distributor(), self._told()
        for name in ("root", "mint", "vault", "version", "max_total_claim", "max_num_nodes"):
            if getattr(created, name) != getattr(told, name):
                problem = f"the {name} of the new distributor is another than it was told"
                raise SceneError(CREATION, Outcome(refusal=problem))

    def _move_on(self) -> None:
        """Go on where the part before this one has to end."""
        claimed, paid = self.part.claimed_before, self.part.paid_before
        if claimed:
            now = self.read_distributor()
            later = replace(now, num_nodes_claimed=claimed, total_amount_claimed=paid)
            content = encode_distributor(self.profile, later)
            self.world.put(self.distributor, content, self.profile.program_id)
            left = self.part.tree.max_total_claim - paid
            self.world.put_tokens(self.vault, self.distributor, left)

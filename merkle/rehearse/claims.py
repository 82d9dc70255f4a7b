"""Every claim of a part, made as its wallet would make it, and forgeries of some."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from allocation.address import Address, format_address
from allocation.units import U64_MAX
from merkle.claim.transactions import (
    ClaimOptions,
    KnownAccounts,
    WalletClaim,
    claim_accounts,
    claim_transactions,
)
from merkle.hashing import HASH_BYTES
from merkle.program.addresses import associated_token_address
from merkle.program.errors import ProgramError, failure_of
from merkle.program.ids import SYSTEM_PROGRAM
from merkle.program.instructions_claim import claim_locked
from merkle.program.instructions_voter import increase_locked_amount
from merkle.rehearse.machine import Outcome, send
from merkle.rehearse.world import made_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from merkle.program.errors import Failure
    from merkle.rehearse.part import Problems
    from merkle.rehearse.scene import Scene

STRANGER: Final = made_up("stranger")  # who is in no tree
INVALID_PROOF: Final = 6002
ALREADY_IN_USE: Final = 0  # of the system program: the record of a claim stands there already
TICK: Final = 256  # claims between two words about progress


@dataclass(slots=True, kw_only=True)
class Made:
    """A claim that was executed.

    Units: base units.
    """

    wallet: Address
    destination: Address  # its token account
    unlocked: int
    locked: int
    vested: int = 0  # of the locked amount, claimed after its time


class Claims:
    """Makes the claims of a part; what does not go as it has to goes to the problems."""

    def __init__(self, scene: Scene, problems: Problems) -> None:
        self.made: list[Made] = []
        self.compute_units: list[int] = []
        self.sizes: list[int] = []  # of the transactions, in bytes
        self.forgeries = 0
        self.refused = 0  # of the forgeries, with the error that it has to be
        self._scene = scene
        self._problems = problems
        self._part = scene.part
        self._invalid_proof = failure_of(scene.profile.program_id, INVALID_PROOF, scene.profile)
        self._in_use = failure_of(SYSTEM_PROGRAM, ALREADY_IN_USE)
        self._has_stranger = False
        self._options = ClaimOptions(
            known=KnownAccounts(
                has_escrow=True,
                is_max_lock=True,
                is_unstaking=False,
                has_escrow_tokens=True,
                has_wallet_tokens=self._part.target.way == "deposit",  # else the claim makes it
            )
        )

    def run(self, tick: Callable[[int], None] | None = None) -> None:
        """Make all claims, and those of locked amounts when they are free."""
        for at in range(len(self._part.places)):
            if tick is not None and at % TICK == 0:
                tick(at)
            self._claim(at)
        if any(made.locked for made in self.made):
            self._scene.vest()
            for made in self.made:
                if made.locked:
                    self._claim_locked(made)

    def _claim(self, at: int) -> None:
        """Let one wallet claim what the bundle says, with the proof that the bundle has of it."""
        claim = self._wallet_claim(at)
        is_forged = int(self._part.places[at]) in self._part.forged
        opened = self._scene.open_wallet(claim.claimant, as_owner=is_forged)
        if not self._went_well("opening the wallet", claim.claimant, opened):
            return
        if is_forged:
            self._forge(claim)
        outcome = self._send(claim, is_honest=True)
        if not self._went_well("claim", claim.claimant, outcome):
            return
        made = Made(
            wallet=claim.claimant,
            destination=associated_token_address(claim.claimant, claim.mint),
            unlocked=claim.unlocked,
            locked=claim.locked,
        )
        self.made.append(made)
        self.compute_units.append(outcome.compute_units)
        if self._part.target.way == "deposit":
            self._deposit(made)
        if is_forged:
            self._try("second claim", claim, self._in_use)

    def _wallet_claim(self, at: int) -> WalletClaim:
        part, scene = self._part, self._scene
        nodes = part.siblings[at].tobytes()
        return WalletClaim(
            profile=scene.profile,
            distributor=scene.distributor,
            mint=part.target.mint,
            claimant=Address(part.claimants[at].tobytes()),
            claim="stake" if part.target.way == "stake" else "transfer",
            unlocked=int(part.unlocked[at]),
            locked=int(part.locked[at]),
            siblings=tuple(
                nodes[start : start + HASH_BYTES] for start in range(0, len(nodes), HASH_BYTES)
            ),
            locker=scene.locker if part.target.way == "stake" else None,
        )

    def _send(self, claim: WalletClaim, *, is_honest: bool = False) -> Outcome:
        """Send the transactions of a claim, as far as they work; the last one is the claim."""
        try:
            steps = claim_transactions(claim, self._options)
        except ProgramError as error:
            return Outcome(refusal=str(error))
        outcome = Outcome()
        for step in steps:
            content = step.transaction.content
            outcome = send(self._scene.world.machine, content, self._scene.profile)
            if not outcome.is_done:
                break
        if is_honest and outcome.is_done:
            self.sizes.append(steps[-1].transaction.size)
        return outcome

    def _forge(self, claim: WalletClaim) -> None:
        """Try to claim another amount, and to claim in another's place."""
        other = claim.unlocked + 1 if claim.unlocked < U64_MAX else claim.unlocked - 1
        self._try("changed amount", replace(claim, unlocked=other), self._invalid_proof)
        if not self._has_stranger:
            opened = self._scene.open_wallet(STRANGER, as_owner=True)
            self._has_stranger = self._went_well("opening the wallet", STRANGER, opened)
        self._try("another's proof", replace(claim, claimant=STRANGER), self._invalid_proof)

    def _try(self, step: str, forgery: WalletClaim, expected: Failure) -> None:
        """Send a forgery, which has to fail with one certain error."""
        outcome = self._send(forgery)
        self.forgeries += 1
        if outcome.failure == expected:
            self.refused += 1
            return
        problem = f"refused, but by {outcome.refusal} and not by {expected}"
        if outcome.is_done:
            problem = f"accepted; it has to be refused by {expected}"
        self._problems.add(step, problem, format_address(forgery.claimant), outcome.logs)

    def _deposit(self, made: Made) -> None:
        """Let a wallet stake what it has got."""
        stake = self._scene.stake_of(made.wallet)
        deposit = increase_locked_amount(
            locker=stake.locker,
            escrow=stake.escrow,
            escrow_tokens=stake.escrow_tokens,
            payer=made.wallet,
            source=made.destination,
            amount=made.unlocked,
        )
        self._went_well("deposit", made.wallet, self._scene.world.run([deposit], made.wallet))

    def _claim_locked(self, made: Made) -> None:
        claim = WalletClaim(
            profile=self._scene.profile,
            distributor=self._scene.distributor,
            mint=self._part.target.mint,
            claimant=made.wallet,
            claim="transfer",
            unlocked=made.unlocked,
            locked=made.locked,
            siblings=(),
            locker=None,
        )
        instruction = claim_locked(self._scene.profile, claim_accounts(claim))
        outcome = self._scene.world.run([instruction], made.wallet)
        if self._went_well("claim of the locked amount", made.wallet, outcome):
            made.vested = made.locked

    def _went_well(self, step: str, wallet: Address, outcome: Outcome) -> bool:
        if not outcome.is_done:
            self._problems.add(step, outcome.refusal, format_address(wallet), outcome.logs)
        return outcome.is_done

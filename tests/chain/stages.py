"""A chain on which a distributor stands ready: for the model's own tests."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tests.chain import calls, keys
from tests.chain.building import Ran, funded, keypair, make_mint, make_tokens, send, set_time
from tests.chain.calls import Claiming, Creation, Staking
from tests.chain.keys import u64le
from tests.chain.model import ModelChain
from tests.chain.variants import VARIANTS

if TYPE_CHECKING:
    from solders.instruction import Instruction
    from solders.keypair import Keypair
    from solders.pubkey import Pubkey

    from tests.chain.layouts import Record

NOW: Final = 1_740_000_000
SLOT: Final = 500
AMOUNT: Final = 600
LOCKED: Final = 40
CLAIMED: Final = 1_000  # total of the leaves


def leaf(claimant: Pubkey, unlocked: int, locked: int) -> bytes:
    entry = hashlib.sha256(bytes(claimant) + u64le(unlocked) + u64le(locked)).digest()
    return hashlib.sha256(b"\0" + entry).digest()


def parent(one: bytes, other: bytes) -> bytes:
    return hashlib.sha256(b"\1" + min(one, other) + max(one, other)).digest()


class Stage:
    """Two leaves: the claimant's (600 and 40 locked) and another one."""

    def __init__(self, program: str = "jupiter", **terms: object) -> None:
        self.chain = ModelChain()
        set_time(self.chain, NOW, slot=SLOT)
        self.variant = VARIANTS[program]
        self.program = self.variant.program
        self.admin, self.base = funded(self.chain, 1), keypair(2)
        self.claimant, self.stranger = funded(self.chain, 3), funded(self.chain, 4)
        self.operator = funded(self.chain, 5)
        self.mint = make_mint(self.chain)
        self.receiver = make_tokens(self.chain, self.mint, self.admin.pubkey())
        self.destination = make_tokens(self.chain, self.mint, self.claimant.pubkey())
        self.locker = self._make_locker()
        self.sibling = hashlib.sha256(b"another leaf").digest()
        self.unlocked, self.locked = AMOUNT, 0 if self.variant.stakes else LOCKED
        own = leaf(self.claimant.pubkey(), self.unlocked, self.locked)
        self.creation = Creation(
            program=self.program,
            base=self.base.pubkey(),
            mint=self.mint,
            receiver=self.receiver,
            admin=self.admin.pubkey(),
            root=parent(own, self.sibling),
            start=NOW + 10,
            locker=self.locker if self.variant.stakes else calls.NOBODY,
        )
        self.creation = replace(self.creation, **terms)  # type: ignore[arg-type]

    def _make_locker(self) -> Pubkey:
        base = keypair(6)
        ran = send(
            self.chain,
            [calls.new_locker(base.pubkey(), self.mint, self.admin.pubkey())],
            self.admin,
            base,
        )
        assert ran.error is None, ran
        return keys.locker_of(base.pubkey())

    @property
    def distributor(self) -> Pubkey:
        return self.creation.distributor

    @property
    def vault(self) -> Pubkey:
        return self.creation.own_vault

    def send(self, instruction: Instruction, *signers: Keypair) -> Ran:
        return send(self.chain, [instruction], *signers)

    def create(self, **changes: object) -> Ran:
        """Send new_distributor, with some of its arguments changed."""
        creation = replace(self.creation, **changes)  # type: ignore[arg-type]
        if not self.variant.creates_vault and creation.vault is None:
            make_tokens(self.chain, self.mint, creation.distributor)
        signers = [self.admin] if self.program == keys.JITO else [self.admin, self.base]
        return self.send(creation.instruction(), *signers)

    def created(self, *, funds: int = CLAIMED) -> Stage:
        """Create the distributor and pay for its claims."""
        ran = self.create()
        assert ran.error is None, ran
        make_tokens(self.chain, self.mint, self.distributor, funds)
        return self

    def staking(self) -> Staking:
        return Staking(locker=self.locker, mint=self.mint, owner=self.claimant.pubkey())

    def with_escrow(self, *, max_lock: bool = True) -> Stage:
        staking = self.staking()
        steps = [staking.new_escrow(self.claimant.pubkey())]
        if max_lock:
            steps.append(staking.max_lock())
        ran = send(self.chain, steps, self.claimant)
        assert ran.error is None, ran
        make_tokens(self.chain, self.mint, staking.escrow)
        return self

    def claiming(self, **changes: object) -> Claiming:
        claiming = Claiming(
            program=self.program,
            distributor=self.distributor,
            vault=self.vault,
            claimant=self.claimant.pubkey(),
            destination=self.destination,
            unlocked=self.unlocked,
            locked=self.locked,
            proof=[self.sibling],
            locker=self.locker,
            escrow=self.staking().escrow,
            escrow_tokens=self.staking().tokens,
        )
        return replace(claiming, **changes)  # type: ignore[arg-type]

    def claim(self, **changes: object) -> Ran:
        return self.send(self.claiming(**changes).transfer(), self.claimant)

    def claim_and_stake(self, **changes: object) -> Ran:
        return self.send(self.claiming(**changes).stake(), self.claimant)

    def claim_locked(self, **changes: object) -> Ran:
        return self.send(self.claiming(**changes).of_locked(), self.claimant)

    def record(self) -> Record:
        account = self.chain.get_account(self.distributor)
        assert account is not None
        return self.variant.distributor.read(account.data)

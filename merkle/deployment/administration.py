"""What an admin, or at the end anybody, does with distributors that stand: one transaction each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from allocation.address import format_address
from allocation.units import show_tokens
from merkle.deployment.moments import far_slot, is_out_of_reach, show_time
from merkle.deployment.tokens import DeploymentError
from merkle.program.addresses import associated_token_address
from merkle.program.instructions_admin import (
    clawback,
    set_activation,
    set_admin,
    set_clawback_receiver,
    set_operator,
)
from merkle.program.instructions_create import BY_TIME
from merkle.program.instructions_token import create_token_account
from merkle.program.transactions import unsigned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solders.instruction import Instruction

    from allocation.address import Address
    from merkle.deployment.moments import Activation
    from merkle.deployment.tokens import Token, Tree
    from merkle.program.layouts_distributor import DistributorAccount
    from merkle.program.transactions import Freshness, UnsignedTransaction


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminStep:
    """One change of one distributor."""

    token: Token
    tree: Tree
    distributor: Address
    title: str
    fee_payer: Address
    instructions: tuple[Instruction, ...]
    vault: Address | None = None  # that it empties

    def transaction(self, freshness: Freshness | None = None) -> UnsignedTransaction:
        """Make the transaction that somebody else signs."""
        return unsigned(self.instructions, self.fee_payer, freshness=freshness)


class Change(Protocol):
    """What is done to each distributor."""

    def step(self, token: Token, tree: Tree) -> AdminStep:
        """Plan it for one tree.

        Errors: DeploymentError, ProgramError for what the program is known to refuse.
        """

    def cautions(self, token: Token, account: DistributorAccount, now: int) -> Iterator[str]:
        """Say what the distributor on chain holds against it, `now` in unix seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAdmin:
    """Hand distributors over."""

    admin: Address
    new_admin: Address

    def step(self, token: Token, tree: Tree) -> AdminStep:
        """Plan it for one tree.

        Errors: DeploymentError where old and new admin are the same.
        """
        if self.admin == self.new_admin:
            raise DeploymentError("old and new admin are the same; the program refuses that")
        distributor = token.distributor(tree.version)
        change = set_admin(
            token.profile, distributor=distributor, admin=self.admin, new_admin=self.new_admin
        )
        title = f"hand over to admin {format_address(self.new_admin)}"
        return _step(token, tree, title, self.admin, change)

    def cautions(self, token: Token, account: DistributorAccount, now: int) -> Iterator[str]:
        """Say what the distributor holds against it."""
        del token, now
        yield from _of_admin(self.admin, account)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOperator:
    """Name another operator, whose signature claims need."""

    admin: Address
    operator: Address

    def step(self, token: Token, tree: Tree) -> AdminStep:
        """Plan it for one tree."""
        distributor = token.distributor(tree.version)
        change = set_operator(
            token.profile, distributor=distributor, admin=self.admin, operator=self.operator
        )
        title = f"let claims need the signature of {format_address(self.operator)}"
        return _step(token, tree, title, self.admin, change)

    def cautions(self, token: Token, account: DistributorAccount, now: int) -> Iterator[str]:
        """Say what the distributor holds against it."""
        del token, now
        yield from _of_admin(self.admin, account)
        if not account.is_permissioned:
            yield "it was made without an operator: wallets go on claiming alone"
        if account.operator == self.operator:
            yield "this is its operator already; the program refuses that"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClawbackReceiver:
    """Let clawbacks pay somebody else's token account, which is made where it is missing."""

    admin: Address
    owner: Address

    def step(self, token: Token, tree: Tree) -> AdminStep:
        """Plan it for one tree."""
        receiver = associated_token_address(self.owner, token.mint)
        making = create_token_account(
            payer=self.admin, owner=self.owner, mint=token.mint, address=receiver
        )
        change = set_clawback_receiver(
            token.profile,
            distributor=token.distributor(tree.version),
            receiver=receiver,
            admin=self.admin,
        )
        title = (
            f"let clawbacks pay {format_address(receiver)}, the {token.symbol} account of "
            f"{format_address(self.owner)}"
        )
        return _step(token, tree, title, self.admin, making, change)

    def cautions(self, token: Token, account: DistributorAccount, now: int) -> Iterator[str]:
        """Say what the distributor holds against it."""
        del now
        yield from _of_admin(self.admin, account)
        if account.clawback_receiver == associated_token_address(self.owner, token.mint):
            yield "this is its clawback receiver already; the program refuses that"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewActivation:
    """Say when claims begin."""

    admin: Address
    activation: Activation

    def step(self, token: Token, tree: Tree) -> AdminStep:
        """Plan it for one tree.

        Errors: DeploymentError for a time where the program counts in slots.
        """
        if token.profile.activation == "slot" and self.activation.is_time and self.activation.point:
            raise DeploymentError(
                f"{token.symbol}: claims of {token.profile.name} begin with a slot, not at a time; "
                "give the number of a slot"
            )
        change = set_activation(
            token.profile,
            distributor=token.distributor(tree.version),
            admin=self.admin,
            point=self.activation.point,
        )
        return _step(token, tree, f"let claims begin {_begin(self.activation)}", self.admin, change)

    def cautions(self, token: Token, account: DistributorAccount, now: int) -> Iterator[str]:
        """Say what the distributor holds against it."""
        del now
        yield from _of_admin(self.admin, account)
        begin = self.activation
        if not begin.is_time and is_out_of_reach(begin.point, account.clawback_start):
            yield far_slot(begin.point)
        counts_time = token.profile.activation == "point" and account.activation_type == BY_TIME
        if begin.point and counts_time and not begin.is_time:
            taken = show_time(begin.point)
            yield f"it was made to begin at a time, and takes this for {taken}; give a time"
        if begin.point and begin.is_time and not counts_time:
            taken = f"slot {begin.point:,}"
            yield f"it was made to begin with a slot, and takes this for {taken}; give a slot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clawback:
    """Take back what nobody has claimed; no claim works afterwards.

    The receiver is made again where its owner has closed it: the program demands it.
    """

    caller: Address
    owner: Address  # whose token account the distributor names as clawback receiver

    def step(self, token: Token, tree: Tree) -> AdminStep:
        """Plan it for one tree."""
        distributor = token.distributor(tree.version)
        receiver = associated_token_address(self.owner, token.mint)
        making = create_token_account(
            payer=self.caller, owner=self.owner, mint=token.mint, address=receiver
        )
        change = clawback(
            token.profile,
            distributor=distributor,
            vault=associated_token_address(distributor, token.mint),
            receiver=receiver,
            caller=self.caller,
        )
        title = (
            f"send what is left to {format_address(receiver)}, the {token.symbol} account of "
            f"{format_address(self.owner)}, and end all claims"
        )
        step = _step(token, tree, title, self.caller, making, change)
        return replace(step, vault=associated_token_address(distributor, token.mint))

    def cautions(self, token: Token, account: DistributorAccount, now: int) -> Iterator[str]:
        """Say what the distributor holds against it, and whom it takes something from."""
        receiver = associated_token_address(self.owner, token.mint)
        if account.clawed_back:
            yield "it was clawed back already; the program refuses that"
        if now < account.clawback_start:
            start = show_time(account.clawback_start)
            yield f"clawback begins {start}; until then the program refuses it"
        if account.clawback_receiver != receiver:
            yield (
                f"its clawback receiver is {format_address(account.clawback_receiver)}, not "
                f"{format_address(receiver)}: the program refuses that"
            )
        unclaimed = account.max_total_claim - account.total_amount_claimed
        if unclaimed > 0 and not account.clawed_back:
            left, total = (
                show_tokens(units, token.decimals) for units in (unclaimed, account.max_total_claim)
            )
            yield f"{left} of {total} {token.symbol} are not claimed, and nobody can claim it then"


def _of_admin(admin: Address, account: DistributorAccount) -> Iterator[str]:
    if account.admin != admin:
        yield f"its admin is {format_address(account.admin)}: nobody else can change it"


def _begin(activation: Activation) -> str:
    """Say when, after `let claims begin`."""
    return f"at {activation}" if activation.point else "at once"


def _step(
    token: Token, tree: Tree, title: str, fee_payer: Address, *instructions: Instruction
) -> AdminStep:
    return AdminStep(
        token=token,
        tree=tree,
        distributor=token.distributor(tree.version),
        title=title,
        fee_payer=fee_payer,
        instructions=instructions,
    )

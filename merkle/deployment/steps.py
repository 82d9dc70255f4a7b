"""The steps of a plan, in their order: one transaction each, with those who sign it.

Token accounts that receive clawbacks come first, then every distributor with its vault, then the
funding: nothing is paid in before all distributors stand and are as planned. Who signs what stays
apart: the admin the accounts, admin and base key a creation, the funder a funding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from allocation.units import show_tokens
from merkle.program.instructions_create import new_distributor
from merkle.program.instructions_system import compute_limit, compute_price
from merkle.program.instructions_token import create_token_account, transfer_checked
from merkle.program.layouts_token import TOKEN_ACCOUNT_BYTES
from merkle.program.rent import LAMPORTS_PER_SIGNATURE, rent_exempt
from merkle.program.transactions import unsigned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solders.instruction import Instruction

    from allocation.address import Address
    from merkle.deployment.planning import Plan, PlannedToken, PlannedTree
    from merkle.program.transactions import Freshness, UnsignedTransaction

COMPUTE_UNITS: Final = 250_000  # more than any step needs; only a price asks for a limit
MICRO: Final = 1_000_000  # a lamport is so many micro-lamports

StepKind: TypeAlias = Literal["receiver", "create", "fund"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One transaction of a deployment.

    Units: `rent` in lamports, at most: accounts that exist cost nothing more. `amount` in base
           units of the token's mint. `price` in micro-lamports per compute unit.
    """

    kind: StepKind
    planned: PlannedToken
    tree: PlannedTree | None  # None for what all trees of a token share
    fee_payer: Address
    instructions: tuple[Instruction, ...]
    rent: int = 0
    amount: int = 0  # moves out of the funder's token account
    price: int | None = None  # offered to be taken sooner

    @property
    def name(self) -> str:
        """Name the step: unique in its plan."""
        number = "" if self.tree is None else f" {self.tree.tree.number}"
        return f"{self.kind} {self.planned.token.symbol}{number}"

    @property
    def title(self) -> str:
        """Say for people what it does."""
        token = self.planned.token
        if self.tree is None:
            return f"make the token account that {token.symbol} clawbacks pay"
        place = f"{token.symbol} tree {self.tree.tree.number}"
        if self.kind == "create":
            return f"make distributor and vault of {place}"
        amount = show_tokens(self.amount, token.decimals)
        return f"pay {amount} {token.symbol} into the vault of {place}"

    def transaction(self, freshness: Freshness | None = None) -> UnsignedTransaction:
        """Make the transaction that somebody else signs."""
        budget: list[Instruction] = []
        if self.price is not None:
            budget = [compute_limit(COMPUTE_UNITS), compute_price(self.price)]
        return unsigned([*budget, *self.instructions], self.fee_payer, freshness=freshness)

    @property
    def fee(self) -> int:
        """Return what its signatures and its price cost, in lamports."""
        signatures = len(self.transaction().signers) * LAMPORTS_PER_SIGNATURE
        return signatures + -(-(self.price or 0) * COMPUTE_UNITS // MICRO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one of those who pay has to have, at most.

    Units: lamports.
    """

    payer: Address
    rent: int
    fees: int


def steps_of(plan: Plan) -> list[Step]:
    """Return every step, in the order in which they have to be sent."""
    receivers = [_receiver_step(token) for token in plan.tokens]
    creations = [_create_step(token, tree) for token in plan.tokens for tree in token.trees]
    fundings = [
        fund_step(token, tree, tree.arguments.max_total_claim)
        for token in plan.tokens
        for tree in token.trees
        if tree.arguments.max_total_claim
    ]
    return [*receivers, *creations, *fundings]


def costs_of(steps: list[Step]) -> list[Cost]:
    """Add up what steps cost, by payer, in the order in which they first pay."""
    rents: dict[Address, int] = {}
    fees: dict[Address, int] = {}
    for step in steps:
        rents[step.fee_payer] = rents.get(step.fee_payer, 0) + step.rent
        fees[step.fee_payer] = fees.get(step.fee_payer, 0) + step.fee
    return [Cost(payer=payer, rent=rent, fees=fees[payer]) for payer, rent in rents.items()]


def fund_step(planned: PlannedToken, tree: PlannedTree, amount: int) -> Step:
    """Pay `amount` into a vault."""
    token, settings = planned.token, planned.settings
    transfer = transfer_checked(
        source=planned.source,
        mint=token.mint,
        destination=tree.vault,
        owner=settings.funder,
        amount=amount,
        decimals=token.decimals,
    )
    return Step(
        kind="fund",
        planned=planned,
        tree=tree,
        fee_payer=settings.funder,
        instructions=(transfer,),
        amount=amount,
    )


def _receiver_step(planned: PlannedToken) -> Step:
    settings = planned.settings
    creation = create_token_account(
        payer=settings.admin,
        owner=settings.clawback_owner,
        mint=planned.token.mint,
        address=planned.clawback_receiver,
    )
    return Step(
        kind="receiver",
        planned=planned,
        tree=None,
        fee_payer=settings.admin,
        instructions=(creation,),
        rent=rent_exempt(TOKEN_ACCOUNT_BYTES),
    )


def _create_step(planned: PlannedToken, tree: PlannedTree) -> Step:
    profile = planned.token.profile
    return Step(
        kind="create",
        planned=planned,
        tree=tree,
        fee_payer=planned.settings.admin,
        instructions=tuple(_creation(planned, tree)),
        rent=rent_exempt(TOKEN_ACCOUNT_BYTES) + rent_exempt(profile.distributor_bytes),
    )


def _creation(planned: PlannedToken, tree: PlannedTree) -> Iterator[Instruction]:
    """Make the vault first where the program wants it to exist; both or neither come about."""
    profile = planned.token.profile
    if not profile.creates_vault:
        yield create_token_account(
            payer=planned.settings.admin,
            owner=tree.distributor,
            mint=planned.token.mint,
            address=tree.vault,
        )
    yield new_distributor(profile, tree.arguments)

"""The plan of a deployment: every address, argument and step, from a bundle and the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from merkle.deployment.tokens import DeploymentError, check_token
from merkle.program.addresses import associated_token_address, locker_address
from merkle.program.instructions_create import BY_SLOT, BY_TIME, NewDistributor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allocation.address import Address
    from merkle.deployment.settings import Settings
    from merkle.deployment.tokens import Token, Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTree:
    """One distributor that is to stand on chain."""

    tree: Tree
    distributor: Address
    vault: Address  # its associated token account
    arguments: NewDistributor


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedToken:
    """The distributors of one mint, and the accounts that they share."""

    token: Token
    settings: Settings
    clawback_receiver: Address  # the clawback owner's token account
    source: Address  # the funder's token account
    locker: Address | None
    trees: tuple[PlannedTree, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that a deployment of one bundle does; what it says, nobody has checked on chain.

    It is a function of bundle and settings alone: no time, no node, no machine is in it.
    """

    bundle_id: str
    tokens: tuple[PlannedToken, ...]


def make_plan(bundle_id: str, tokens: Sequence[Token], settings: Mapping[str, Settings]) -> Plan:
    """Plan the distributors of all trees of `tokens`.

    Errors: DeploymentError for a token that no distributor can be made for.
    """
    planned = []
    for token in tokens:
        check_token(token)
        if token.trees:
            planned.append(_planned_token(token, settings[token.symbol]))
    if not planned:
        raise DeploymentError("there is no tree to deploy: nobody is paid anything")
    return Plan(bundle_id=bundle_id, tokens=tuple(planned))


def _planned_token(token: Token, settings: Settings) -> PlannedToken:
    receiver = associated_token_address(settings.clawback_owner, token.mint)
    base = token.locker_base if token.claim == "stake" else None
    locker = None if base is None else locker_address(base)
    return PlannedToken(
        token=token,
        settings=settings,
        clawback_receiver=receiver,
        source=associated_token_address(settings.funder, token.mint),
        locker=locker,
        trees=tuple(_planned_tree(token, settings, tree, receiver, locker) for tree in token.trees),
    )


def _planned_tree(
    token: Token, settings: Settings, tree: Tree, receiver: Address, locker: Address | None
) -> PlannedTree:
    distributor = token.distributor(tree.version)
    vault = associated_token_address(distributor, token.mint)
    is_by_time = token.profile.activation == "point" and settings.activation.is_time
    arguments = NewDistributor(
        distributor=distributor,
        base=token.base if token.profile.has_base else None,
        mint=token.mint,
        vault=vault,
        clawback_receiver=receiver,
        admin=settings.admin,
        version=tree.version,
        root=tree.root,
        max_total_claim=tree.max_total_claim,
        max_num_nodes=tree.max_num_nodes,
        start_vesting=settings.start_vesting,
        end_vesting=settings.end_vesting,
        clawback_start=settings.clawback_start,
        activation_point=settings.activation.point,
        activation_type=BY_TIME if is_by_time else BY_SLOT,
        closable=settings.closable,
        locker=locker,
        operator=settings.operator,
    )
    return PlannedTree(tree=tree, distributor=distributor, vault=vault, arguments=arguments)

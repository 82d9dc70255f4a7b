"""A deployment on chain against its plan, field by field; nothing here asks a node."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from allocation.address import format_address
from merkle.deployment.chain import NOTHING_THERE, decoded_in, mint_in, token_account_in
from merkle.deployment.moments import show_time
from merkle.program.addresses import DISTRIBUTOR_SEED
from merkle.program.ids import LOCKED_VOTER
from merkle.program.layouts_distributor import decode_distributor
from merkle.program.layouts_token import INITIALIZED
from merkle.program.layouts_voter import decode_locker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.address import Address
    from merkle.deployment.chain import Found
    from merkle.deployment.planning import Plan, PlannedToken, PlannedTree
    from merkle.program.layouts_distributor import DistributorAccount

VAULT_BALANCE: Final = "vault balance"
_STATES: Final = ("not initialized", "in use", "frozen")  # of a token account


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One value that has to be, and what there is."""

    name: str
    expected: str
    found: str
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The checks of one tree, or of what all trees of a token share."""

    symbol: str
    tree: int | None
    address: Address  # of the distributor, or of the mint
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether everything is as planned."""
        return all(check.passed for check in self.checks)

    @property
    def is_made(self) -> bool:
        """Whether there is anything at the distributor's address."""
        return self.checks[0].found != NOTHING_THERE  # the first is whether there is one

    @property
    def is_right(self) -> bool:
        """Whether everything but the vault's balance is as planned."""
        return all(check.passed for check in self.checks if check.name != VAULT_BALANCE)

    @property
    def failed(self) -> list[Check]:
        """Return what is not as planned."""
        return [check for check in self.checks if not check.passed]

    @property
    def title(self) -> str:
        """Name the token or tree."""
        return self.symbol if self.tree is None else f"{self.symbol} tree {self.tree}"


def check_plan(plan: Plan, found: Found) -> list[Checked]:
    """Compare everything that a plan makes, or rests on, with what there is."""
    checked = []
    for planned in plan.tokens:
        checked.append(check_token(planned, found))
        checked += [check_tree(planned, tree, found) for tree in planned.trees]
    return checked


def check_token(planned: PlannedToken, found: Found) -> Checked:
    """Compare what all trees of a token share: program, mint, locker, clawback receiver."""
    checks = [*foundations(planned, found), *receiver_checks(planned, found)]
    token = planned.token
    return Checked(symbol=token.symbol, tree=None, address=token.mint, checks=tuple(checks))


def check_tree(planned: PlannedToken, tree: PlannedTree, found: Found) -> Checked:
    """Compare a distributor and its vault, every field."""
    profile = planned.token.profile
    account = decoded_in(
        found, tree.distributor, profile.program_id, partial(decode_distributor, profile)
    )
    if isinstance(account, str):
        checks = [_same("distributor", f"one of {profile.name}", account)]
    else:
        checks = [
            _same("distributor", f"one of {profile.name}", f"one of {profile.name}"),
            *_field_checks(planned, tree, account),
            *_progress_checks(account),
            *_vault_checks(tree, found, account),
        ]
    return Checked(
        symbol=planned.token.symbol,
        tree=tree.tree.number,
        address=tree.distributor,
        checks=tuple(checks),
    )


def missing_in_vault(planned: PlannedToken, tree: PlannedTree, found: Found) -> int:
    """Return what a vault lacks so that everybody who has not claimed can; below 0: a surplus.

    Units:  base units of the mint.
    Errors: AssertionError unless `check_tree` found both accounts to be right.
    """
    profile = planned.token.profile
    account = decoded_in(
        found, tree.distributor, profile.program_id, partial(decode_distributor, profile)
    )
    vault = token_account_in(found, tree.vault)
    assert not isinstance(account, str)  # noqa: S101 - the caller's promise
    assert not isinstance(vault, str)  # noqa: S101 - the caller's promise
    return account.max_total_claim - account.total_amount_claimed - vault.amount


def foundations(planned: PlannedToken, found: Found) -> Iterator[Check]:
    """Compare what has to be there before anything is made: program, mint, locker."""
    token = planned.token
    program = found[token.profile.program_id]
    runs = program is not None and program.executable
    yield _same("program", "a program", "a program" if runs else "no program")
    mint = mint_in(found, token.mint)
    if isinstance(mint, str):
        yield _same("mint", "a mint of SPL Token", mint)
    else:
        is_usable = "a mint of SPL Token" if mint.is_initialized else "not initialized"
        yield _same("mint", "a mint of SPL Token", is_usable)
        yield _same("mint decimals", token.decimals, mint.decimals)
    if planned.locker is not None:
        locker = decoded_in(found, planned.locker, LOCKED_VOTER, decode_locker)
        mint_of = locker if isinstance(locker, str) else format_address(locker.mint)
        yield _same("mint of the locker", format_address(token.mint), mint_of)


def receiver_checks(planned: PlannedToken, found: Found) -> Iterator[Check]:
    """Compare the token account that clawbacks pay, which the plan makes where it is missing."""
    account = token_account_in(found, planned.clawback_receiver)
    name, owner = "clawback receiver's", format_address(planned.settings.clawback_owner)
    if isinstance(account, str):
        yield _same(f"{name} owner", owner, account)
        return
    yield _same(f"{name} owner", owner, format_address(account.owner))
    yield _same(f"{name} mint", format_address(planned.token.mint), format_address(account.mint))
    yield _same(f"{name} state", _STATES[INITIALIZED], _STATES[account.state])


def _field_checks(
    planned: PlannedToken, tree: PlannedTree, account: DistributorAccount
) -> Iterator[Check]:
    """Compare everything that creation sets; what a program does not store is equal on both."""
    arguments = tree.arguments
    yield _same("root", arguments.root.hex(), account.root.hex())
    yield _same("version", arguments.version, account.version)
    yield _check("bump", "the one of its address", account.bump, _is_bump(planned, tree, account))
    for name, expected, found in (
        ("mint", arguments.mint, account.mint),
        ("base", arguments.base, account.base),
        ("vault", arguments.vault, account.vault),
        ("admin", arguments.admin, account.admin),
        ("clawback receiver", arguments.clawback_receiver, account.clawback_receiver),
        ("operator", arguments.operator, account.operator),
        ("locker", arguments.locker, account.locker),
    ):
        yield _same(name, _key_text(expected), _key_text(found))
    for name, moment, stored in (
        ("start of vesting", arguments.start_vesting, account.start_vesting),
        ("end of vesting", arguments.end_vesting, account.end_vesting),
        ("start of clawback", arguments.clawback_start, account.clawback_start),
    ):
        yield _same(name, show_time(moment), show_time(stored))
    for name, value, other in (
        ("max_total_claim", arguments.max_total_claim, account.max_total_claim),
        ("max_num_nodes", arguments.max_num_nodes, account.max_num_nodes),
        ("claim type", arguments.claim_type, account.claim_type),
        ("activation type", arguments.activation_type, account.activation_type),
        ("activation point", arguments.activation_point, account.activation_point),
        ("closable", arguments.closable, account.closable),
        ("clawed back", False, account.clawed_back),
        ("bonus", 0, account.total_bonus),
        ("time of the bonus", 0, account.bonus_vesting),
        ("claimed bonus", 0, account.total_claimed_bonus),
    ):
        yield _same(name, value, other)


def _progress_checks(account: DistributorAccount) -> Iterator[Check]:
    claims, most_claims = account.num_nodes_claimed, account.max_num_nodes
    claimed, most = account.total_amount_claimed, account.max_total_claim
    yield _check("claims", f"at most {most_claims}", claims, claims <= most_claims)
    yield _check("claimed", f"at most {most}", claimed, claimed <= most)


def _vault_checks(tree: PlannedTree, found: Found, account: DistributorAccount) -> Iterator[Check]:
    """Compare the vault that the plan names, whatever the distributor says."""
    vault = token_account_in(found, tree.vault)
    if isinstance(vault, str):
        yield _same("vault's owner", format_address(tree.distributor), vault)
        return
    yield _same("vault's owner", format_address(tree.distributor), format_address(vault.owner))
    yield _same("vault's mint", format_address(tree.arguments.mint), format_address(vault.mint))
    yield _same("vault's state", _STATES[INITIALIZED], _STATES[vault.state])
    yield _same("vault's delegate", "none", _key_text(vault.delegate))
    yield _same("vault's close authority", "none", _key_text(vault.close_authority))
    unclaimed = account.max_total_claim - account.total_amount_claimed
    enough = vault.amount >= unclaimed
    yield _check(VAULT_BALANCE, f"at least {unclaimed}", vault.amount, enough)


def _is_bump(planned: PlannedToken, tree: PlannedTree, account: DistributorAccount) -> bool:
    """Say whether the program can sign for its vault with the bump that it stored."""
    arguments = tree.arguments
    base = () if arguments.base is None else (arguments.base,)
    seeds = [DISTRIBUTOR_SEED, *base, arguments.mint, arguments.version.to_bytes(8, "little")]
    program = Pubkey(planned.token.profile.program_id)
    address, bump = Pubkey.find_program_address(seeds, program)
    return bytes(address) == tree.distributor and bump == account.bump


def _key_text(key: Address | None) -> str:
    return "none" if key is None else format_address(key)


def _same(name: str, expected: object, found: object) -> Check:
    return _check(name, expected, found, expected == found)


def _check(name: str, expected: object, found: object, passed: bool) -> Check:
    return Check(name=name, expected=_text(expected), found=_text(found), passed=passed)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)

"""What stands on chain against the plan: each value in turn is wrong, and is found."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from merkle.deployment.chain import FoundAccount
from merkle.deployment.checks import check_plan
from merkle.deployment.pending import obstacles
from merkle.program.errors import ProgramError
from merkle.program.ids import SYSTEM_PROGRAM, TOKEN_PROGRAM
from merkle.program.layouts_distributor import (
    DistributorAccount,
    decode_distributor,
    encode_distributor,
)
from merkle.program.layouts_token import (
    TokenAccount,
    decode_mint,
    decode_token_account,
    encode_mint,
    encode_token_account,
)
from merkle.program.layouts_voter import decode_locker, encode_locker
from tests.chain.server import serving
from tests.deployments import (
    NOW,
    PROGRAMS,
    STRANGER,
    Sending,
    address,
    found_on,
    plan_of,
    ready_chain,
    token,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from allocation.address import Address
    from merkle.deployment.checks import Checked
    from merkle.deployment.planning import Plan

Found = dict[Any, Any]

ANYBODY = address(STRANGER.pubkey())


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Plan, Found]]:
    """A finished deployment of every program: its plan and what the chain holds."""
    return {program: _deployed(program, tmp_path_factory.mktemp("sent")) for program in PROGRAMS}


def _deployed(program: str, folder: Path) -> tuple[Plan, Found]:
    plan = plan_of(token(program, trees=1))
    chain = ready_chain(plan)
    with serving(chain) as server:
        Sending(server, plan, folder / "sent").run()
    return plan, found_on(chain, plan)


def failed(plan: Plan, found: Found) -> list[str]:
    return [check.name for one in check_plan(plan, found) for check in one.failed]


def changed(found: Found, key: Address, **values: Any) -> Found:
    return {**found, key: replace(found[key], **values)}


def with_distributor(plan: Plan, found: Found, **values: Any) -> Found:
    (planned,) = plan.tokens
    key, profile = planned.trees[0].distributor, planned.token.profile
    account = replace(decode_distributor(profile, found[key].content), **values)
    return changed(found, key, content=encode_distributor(profile, account))


def with_tokens(found: Found, key: Address, **values: Any) -> Found:
    account: TokenAccount = replace(decode_token_account(found[key].content), **values)
    return changed(found, key, content=encode_token_account(account))


WRONG: dict[str, tuple[object, str]] = {
    "bump": (1, "bump"),
    "version": (99, "version"),
    "root": (b"\xee" * 32, "root"),
    "mint": (ANYBODY, "mint"),
    "vault": (ANYBODY, "vault"),
    "max_total_claim": (999, "max_total_claim"),
    "max_num_nodes": (9, "max_num_nodes"),
    "total_amount_claimed": (2**63, "claimed"),
    "num_nodes_claimed": (2**63, "claims"),
    "start_vesting": (1, "start of vesting"),
    "end_vesting": (2, "end of vesting"),
    "clawback_start": (3, "start of clawback"),
    "clawback_receiver": (ANYBODY, "clawback receiver"),
    "admin": (ANYBODY, "admin"),
    "clawed_back": (True, "clawed back"),
    "base": (ANYBODY, "base"),
    "activation_point": (5, "activation point"),
    "activation_type": (0, "activation type"),
    "closable": (True, "closable"),
    "total_bonus": (7, "bonus"),
    "bonus_vesting": (7, "time of the bonus"),
    "total_claimed_bonus": (7, "claimed bonus"),
    "locker": (ANYBODY, "locker"),
    "operator": (ANYBODY, "operator"),
    "claim_type": (0, "claim type"),
}


def test_every_field_of_a_distributor_has_its_wrong_value() -> None:
    assert {field.name for field in fields(DistributorAccount)} == set(WRONG)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_finished_deployment_passes(
    deployed: dict[str, tuple[Plan, Found]], program: str
) -> None:
    plan, found = deployed[program]
    assert [] == failed(plan, found)
    assert [] == obstacles(plan, found, NOW)


@pytest.mark.parametrize("field", WRONG)
def test_each_field_that_is_wrong_is_found_with_every_program_that_stores_it(
    deployed: dict[str, tuple[Plan, Found]], field: str
) -> None:
    value, name = WRONG[field]
    stored = []
    for plan, found in deployed.values():
        with suppress(ProgramError):  # raised where a program has no place for it
            wrong = with_distributor(plan, found, **{field: value})
            if wrong != found:
                stored.append(name in failed(plan, wrong))
    assert stored
    assert all(stored)


def tree_of(plan: Plan, found: Found) -> Checked:
    return check_plan(plan, found)[1]


@pytest.fixture
def jupiter(deployed: dict[str, tuple[Plan, Found]]) -> tuple[Plan, Found]:
    return deployed["jupiter"]


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"mint": ANYBODY}, "vault's mint"),
        ({"owner": ANYBODY}, "vault's owner"),
        ({"state": 2}, "vault's state"),
        ({"delegate": ANYBODY}, "vault's delegate"),
        ({"close_authority": ANYBODY}, "vault's close authority"),
        ({"amount": 999_999_999}, "vault balance"),
    ],
)
def test_each_value_of_a_vault_that_is_wrong_is_found(
    jupiter: tuple[Plan, Found], values: dict[str, Any], name: str
) -> None:
    plan, found = jupiter
    wrong = with_tokens(found, plan.tokens[0].trees[0].vault, **values)
    assert [name] == [check.name for check in tree_of(plan, wrong).failed]


def test_a_vault_may_lack_what_was_claimed_and_may_hold_more(jupiter: tuple[Plan, Found]) -> None:
    plan, found = jupiter
    vault = plan.tokens[0].trees[0].vault
    claimed = with_distributor(plan, found, total_amount_claimed=400, num_nodes_claimed=1)
    assert [] == failed(plan, with_tokens(claimed, vault, amount=1_000_000_000 - 400))
    assert ["vault balance"] == failed(
        plan, with_tokens(claimed, vault, amount=1_000_000_000 - 401)
    )
    assert [] == failed(plan, with_tokens(found, vault, amount=1_000_000_001))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda _: None, "there is none"),
        (lambda account: replace(account, owner=ANYBODY), "it belongs to another program"),
        (lambda account: replace(account, content=b"x"), "1 bytes, not 448"),
        (lambda account: replace(account, content=bytes(448)), "an account of another type"),
    ],
)
def test_what_is_no_distributor_is_told_as_such(
    jupiter: tuple[Plan, Found], change: Callable[[FoundAccount], Any], problem: str
) -> None:
    plan, found = jupiter
    key = plan.tokens[0].trees[0].distributor
    (check,) = tree_of(plan, {**found, key: change(found[key])}).checks
    assert not check.passed
    assert problem in check.found


@pytest.mark.parametrize(
    ("account", "problem"),
    [
        (None, "there is none"),
        (FoundAccount(lamports=1, owner=ANYBODY, content=b""), "no claim program takes it"),
        (FoundAccount(lamports=1, owner=TOKEN_PROGRAM, content=b""), "0 bytes, not 165"),
    ],
)
def test_what_is_no_vault_is_told_as_such(
    jupiter: tuple[Plan, Found], account: FoundAccount | None, problem: str
) -> None:
    plan, found = jupiter
    (check,) = tree_of(plan, {**found, plan.tokens[0].trees[0].vault: account}).failed
    assert "vault's owner" == check.name
    assert problem in check.found


def with_mint(plan: Plan, found: Found, **values: Any) -> Found:
    key = plan.tokens[0].token.mint
    return changed(
        found, key, content=encode_mint(replace(decode_mint(found[key].content), **values))
    )


def with_receiver(**values: Any) -> Callable[[Plan, Found], Found]:
    return lambda plan, found: with_tokens(found, plan.tokens[0].clawback_receiver, **values)


def with_locker(plan: Plan, found: Found) -> Found:
    key = plan.tokens[0].locker
    assert key is not None
    locker = replace(decode_locker(found[key].content), mint=ANYBODY)
    return changed(found, key, content=encode_locker(locker))


@pytest.mark.parametrize(
    ("wrong", "name", "problem"),
    [
        (partial(with_mint, decimals=9), "mint decimals", "9"),
        (partial(with_mint, is_initialized=False), "mint", "not initialized"),
        (
            lambda plan, found: changed(found, plan.tokens[0].token.mint, owner=ANYBODY),
            "mint",
            "it does not belong to the classic SPL Token program, and no claim program takes it",
        ),
        (
            lambda plan, found: {**found, plan.tokens[0].token.profile.program_id: None},
            "program",
            "no program",
        ),
        (
            lambda plan, found: changed(
                found, plan.tokens[0].token.profile.program_id, executable=False
            ),
            "program",
            "no program",
        ),
        (with_locker, "mint of the locker", str(STRANGER.pubkey())),
        (
            lambda plan, found: changed(found, plan.tokens[0].locker, owner=SYSTEM_PROGRAM),
            "mint of the locker",
            "it belongs to another program",
        ),
        (
            lambda plan, found: {**found, plan.tokens[0].locker: None},
            "mint of the locker",
            "there is none",
        ),
        (with_receiver(owner=ANYBODY), "clawback receiver's owner", str(STRANGER.pubkey())),
        (with_receiver(mint=ANYBODY), "clawback receiver's mint", str(STRANGER.pubkey())),
        (with_receiver(state=2), "clawback receiver's state", "frozen"),
    ],
)
def test_what_all_trees_share_is_checked_and_an_obstacle(
    jupiter: tuple[Plan, Found],
    wrong: Callable[[Plan, Found], Found],
    name: str,
    problem: str,
) -> None:
    plan, found = jupiter
    (check,) = check_plan(plan, wrong(plan, found))[0].failed
    assert (name, problem) == (check.name, check.found)
    assert any(
        f"JUP, {name}: {problem}" in line for line in obstacles(plan, wrong(plan, found), NOW)
    )


def test_a_missing_clawback_receiver_fails_the_check_but_is_no_obstacle(
    jupiter: tuple[Plan, Found],
) -> None:
    plan, found = jupiter
    missing = {**found, plan.tokens[0].clawback_receiver: None}
    assert ["clawback receiver's owner"] == failed(plan, missing)
    assert [] == obstacles(plan, missing, NOW)

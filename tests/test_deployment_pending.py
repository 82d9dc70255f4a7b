"""What is left of a plan, and what stands in its way, by what the chain holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from solders.account import Account
from solders.pubkey import Pubkey
from solders.token.state import Mint, TokenAccount, TokenAccountState

from merkle.deployment.cautions import chain_cautions
from merkle.deployment.pending import obstacles, pending_steps
from merkle.deployment.planning import make_plan
from merkle.deployment.settings import read_settings
from merkle.deployment.steps import costs_of
from merkle.program.rent import rent_exempt
from tests.chain.building import SOL, make_mint, make_tokens
from tests.chain.keys import TOKEN
from tests.deployments import (
    ADMIN,
    FUNDER,
    MINT,
    NOW,
    SETTINGS,
    STEPS,
    STRANGER,
    found_on,
    plan_of,
    ready_chain,
    token,
    tree,
)

if TYPE_CHECKING:
    from tests.chain.model import ModelChain

SYSTEM = Pubkey.default()
OTHER = STRANGER.pubkey()
PLAN = plan_of()


@pytest.fixture
def chain() -> ModelChain:
    return ready_chain(PLAN)


def lines(chain: ModelChain, now: int = NOW) -> list[str]:
    return obstacles(PLAN, found_on(chain, PLAN), now)


def test_on_a_ready_chain_everything_is_left_and_nothing_in_the_way(chain: ModelChain) -> None:
    assert STEPS == [step.name for step in pending_steps(PLAN, found_on(chain, PLAN))]
    assert [] == lines(chain)


def test_times_that_have_passed_are_an_obstacle_while_something_is_to_be_made(
    chain: ModelChain,
) -> None:
    late = PLAN.tokens[0].settings.start_vesting
    (line,) = lines(chain, late)
    assert line.startswith("JUP: start_vesting 2026-02-27T23:59:59Z is not after")
    assert [] == lines(chain, late - 1)


def test_tokens_that_the_funder_lacks_are_an_obstacle(chain: ModelChain) -> None:
    make_tokens(chain, MINT, FUNDER.pubkey(), 2_999_999_999)
    (line,) = lines(chain)
    assert "holds 2999.999999, 3000.000000 are to be paid; pay the rest in" in line
    chain.set_account(Pubkey(PLAN.tokens[0].source), Account(0, b"", SYSTEM))
    (line,) = lines(chain)
    assert "holds 0.000000, 3000.000000 are to be paid" in line


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"owner": OTHER}, f"belongs to {OTHER}, who alone can pay from it"),
        ({"mint": OTHER}, f"is of the mint {OTHER}"),
        ({"state": TokenAccountState.Frozen}, "is frozen; ask whoever froze it"),
    ],
)
def test_an_account_that_cannot_pay_is_an_obstacle_before_anything_is_made(
    chain: ModelChain, values: dict[str, Any], problem: str
) -> None:
    sound: dict[str, Any] = {
        "mint": MINT,
        "owner": FUNDER.pubkey(),
        "state": TokenAccountState.Initialized,
    }
    mint, owner, state = (sound | values).values()
    content = bytes(TokenAccount(mint, owner, 3_000_000_000, None, state, None, 0))
    source = Pubkey(PLAN.tokens[0].source)
    chain.set_account(source, Account(SOL, content, TOKEN))
    assert [f"JUP: the funder's token account {source} {problem}"] == lines(chain)


def test_sol_that_a_payer_lacks_is_an_obstacle(chain: ModelChain) -> None:
    cost, _ = costs_of(pending_steps(PLAN, found_on(chain, PLAN)))
    needed = cost.rent + cost.fees + rent_exempt(0)
    chain.set_account(ADMIN.pubkey(), Account(needed, b"", SYSTEM))
    assert [] == lines(chain)
    chain.set_account(ADMIN.pubkey(), Account(needed - 1, b"", SYSTEM))
    (line,) = lines(chain)
    assert line.startswith(f"{ADMIN.pubkey()} has 0.0")
    chain.set_account(ADMIN.pubkey(), Account(0, b"", SYSTEM))
    (line,) = lines(chain)
    assert line.startswith(f"{ADMIN.pubkey()} has 0.000000000 SOL, 0.0")


def test_a_payer_that_is_no_plain_wallet_is_an_obstacle(chain: ModelChain) -> None:
    for account in (Account(SOL, b"", TOKEN), Account(SOL, b"x", SYSTEM)):
        chain.set_account(ADMIN.pubkey(), account)
        assert [f"{ADMIN.pubkey()} is no plain wallet, and no fee is taken from it"] == lines(chain)


def test_what_an_operator_can_mend_says_how(chain: ModelChain) -> None:
    make_mint(chain, MINT, decimals=9)
    remedy = "mend the round file and build the bundle again"
    assert [f"JUP, mint decimals: 9, planned is 6; {remedy}"] == lines(chain)


def test_who_may_freeze_what_is_paid_is_named(chain: ModelChain) -> None:
    assert [] == chain_cautions(PLAN, found_on(chain, PLAN))
    mint = Mint(None, 5, 6, is_initialized=True, freeze_authority=OTHER)
    chain.set_account(MINT, Account(SOL, bytes(mint), TOKEN))
    (caution,) = chain_cautions(PLAN, found_on(chain, PLAN))
    assert caution.startswith(f"JUP: {OTHER} may freeze any account of this mint")
    chain.set_account(MINT, Account(0, b"", SYSTEM))
    assert [] == chain_cautions(PLAN, found_on(chain, PLAN))


def test_a_vault_that_somebody_has_made_costs_no_rent(chain: ModelChain) -> None:
    before = costs_of(pending_steps(PLAN, found_on(chain, PLAN)))[0].rent
    make_tokens(chain, MINT, Pubkey(PLAN.tokens[0].trees[0].distributor), 5)
    steps = pending_steps(PLAN, found_on(chain, PLAN))
    assert before - rent_exempt(165) == costs_of(steps)[0].rent
    assert [999_999_995, 2_000_000_000] == [step.amount for step in steps if step.amount]


def test_the_needs_of_tokens_with_one_funder_are_counted_apart() -> None:
    other = replace(token(trees=1), symbol="WEN", trees=(replace(tree(0), version=99),))
    tokens = [token(trees=1), other]
    plan = make_plan("ab" * 32, tokens, read_settings("deploy.toml", SETTINGS, tokens))
    chain = ready_chain(plan)
    make_tokens(chain, MINT, FUNDER.pubkey(), SOL)
    (line,) = obstacles(plan, found_on(chain, plan), NOW)
    assert "holds 1000.000000, 2000.000000 are to be paid" in line

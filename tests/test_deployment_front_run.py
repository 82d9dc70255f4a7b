"""Somebody else was first, or changed what stands: nothing is paid into any vault."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from merkle.deployment.cautions import cautions_of
from merkle.deployment.pending import obstacles, pending_steps
from merkle.deployment.planning import make_plan
from merkle.deployment.settings import read_settings
from merkle.deployment.steps import steps_of
from merkle.deployment.tokens import DeploymentError
from tests.chain.building import make_tokens, ran, send, signed, tokens_at
from tests.chain.server import serving
from tests.deployments import (
    ADMIN,
    MINT,
    NOW,
    SETTINGS,
    STEPS,
    STRANGER,
    Sending,
    found_on,
    plan_of,
    ready_chain,
    shown,
    token,
    tree,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from solders.instruction import Instruction

    from merkle.deployment.planning import Plan
    from tests.chain.model import ModelChain


@pytest.fixture
def sending(tmp_path: Path) -> Iterator[Sending]:
    """A plan for Jito's program, whose addresses have no base: anybody may be first."""
    plan = plan_of(token("jito"))
    with serving(ready_chain(plan)) as server:
        yield Sending(server, plan, tmp_path / "sent")


def strangers_plan() -> Plan:
    """The same addresses and roots, but a stranger is the admin."""
    made = token("jito")
    settings = SETTINGS.replace(str(ADMIN.pubkey()), str(STRANGER.pubkey()))
    return make_plan("ab" * 32, [made], read_settings("deploy.toml", settings, [made]))


def create(chain: ModelChain, plan: Plan) -> None:
    """Make everything up to the first distributor, as the plan's admin."""
    for step in steps_of(plan)[:2]:
        instructions: list[Instruction] = list(step.instructions)
        transaction = signed(chain, instructions, [STRANGER])  # no blockhash expires of it
        assert ran(chain.send_transaction(transaction)).error is None


def first_vault(sending: Sending) -> int:
    key = Pubkey(sending.plan.tokens[0].trees[0].vault)
    chain = sending.server.chain
    return tokens_at(chain, key) if chain.get_account(key) else 0


def test_the_plan_warns_where_anybody_may_be_first() -> None:
    (warning,) = [line for line in cautions_of(plan_of(token("jito")), NOW) if "anybody" in line]
    assert "before you, with another root or admin" in warning


def test_a_strangers_distributor_is_an_obstacle(sending: Sending) -> None:
    create(sending.server.chain, strangers_plan())  # type: ignore[arg-type]
    found = found_on(sending.server.chain, sending.plan)  # type: ignore[arg-type]
    lines = obstacles(sending.plan, found, NOW)
    difference = f"JUP tree 0, admin: {STRANGER.pubkey()}, planned is {ADMIN.pubkey()}"
    assert difference in lines


def test_nothing_is_paid_to_a_strangers_distributor(sending: Sending) -> None:
    create(sending.server.chain, strangers_plan())  # type: ignore[arg-type]
    found = found_on(sending.server.chain, sending.plan)  # type: ignore[arg-type]
    names = [step.name for step in pending_steps(sending.plan, found)]
    assert ["receiver JUP", "create JUP 1", "fund JUP 1"] == names
    with pytest.raises(DeploymentError, match="the chain is not as planned; no vault is paid"):
        sending.run()
    assert 0 == first_vault(sending)


def test_another_root_is_found_before_anything_is_paid(sending: Sending) -> None:
    other = token("jito")
    forged = make_plan(
        "ab" * 32,
        [replace(other, trees=(replace(tree(0), root=b"\xee" * 32), other.trees[1]))],
        read_settings("deploy.toml", SETTINGS, [other]),
    )
    chain: Any = sending.server.chain
    for step in steps_of(forged)[:2]:
        assert send(chain, list(step.instructions), ADMIN).error is None
    with pytest.raises(DeploymentError, match=f"JUP tree 0, root: {'ee' * 32}, planned is"):
        sending.run()
    assert 0 == first_vault(sending)


def test_a_stranger_who_is_first_at_the_last_moment_stops_the_run(sending: Sending) -> None:
    def be_first(step: str) -> None:
        if step == "create JUP 0":
            create(sending.server.chain, strangers_plan())  # type: ignore[arg-type]

    sending.before = be_first
    with pytest.raises(DeploymentError, match="distributor and vault of JUP tree 0: it failed"):
        sending.run()
    assert STEPS[:2] == sending.announced
    assert 0 == first_vault(sending)


def test_a_distributor_that_changes_between_creation_and_payment_stops_the_run(
    sending: Sending,
) -> None:
    address = Pubkey(sending.plan.tokens[0].trees[0].distributor)
    chain = sending.server.chain

    def change_root(step: str) -> None:
        if step == "create JUP 1":
            account = chain.get_account(address)
            assert account is not None
            content = bytearray(account.data)
            content[17] ^= 1
            chain.set_account(address, Account(account.lamports, bytes(content), account.owner))

    sending.before = change_root
    with pytest.raises(DeploymentError, match="JUP tree 0, root: "):
        sending.run()
    assert STEPS[:3] == sending.announced
    assert 0 == first_vault(sending)


def test_a_strangers_vault_is_an_obstacle_where_the_program_makes_it(sending: Sending) -> None:
    planned = sending.plan.tokens[0].trees[0]
    make_tokens(sending.server.chain, MINT, Pubkey(planned.distributor))
    found = found_on(sending.server.chain, sending.plan)  # type: ignore[arg-type]
    (line,) = obstacles(sending.plan, found, NOW)
    assert line == (
        f"JUP tree 0: somebody has made its vault {shown(planned.vault)}, as anybody can, and jito "
        "refuses one that is there: set another first_version in the round file and build the "
        "bundle again"
    )


def test_lamports_at_the_address_hinder_nothing(sending: Sending) -> None:
    system = Pubkey.default()
    address = Pubkey(sending.plan.tokens[0].trees[0].distributor)
    sending.server.chain.set_account(address, Account(1_000_000, b"", system))
    found = found_on(sending.server.chain, sending.plan)  # type: ignore[arg-type]
    assert STEPS == [step.name for step in pending_steps(sending.plan, found)]
    assert shown(sending.plan.tokens[0].trees[0].distributor) == str(address)

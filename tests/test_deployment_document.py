"""plan.json: the same bytes for the same plan, and no other bytes are read as one."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from solders.transaction import Transaction

from allocation.address import Address
from merkle.deployment.document import format_plan, plan_document, read_plan
from merkle.deployment.tokens import DeploymentError
from merkle.program.transactions import Freshness
from tests.deployments import ADMIN, BASE, PROGRAMS, SETTINGS, STRANGER, plan_of, token

if TYPE_CHECKING:
    from collections.abc import Callable

NONE = Freshness()
NONCE = Freshness(
    blockhash=b"\7" * 32,
    nonce=bytes(STRANGER.pubkey()),  # type: ignore[arg-type]
    nonce_authority=bytes(ADMIN.pubkey()),  # type: ignore[arg-type]
)
EVERYTHING = SETTINGS + (
    f'operator = "{STRANGER.pubkey()}"\nactivation = 2026-02-01T00:00:00Z\nclosable = true\n'
)


def read(content: bytes, bundle_id: str = "ab" * 32, **fields: Any) -> Any:
    return read_plan("plan.json", content, bundle_id, [replace(token(), **fields)])


def forged(edit: Callable[[Any], object]) -> bytes:
    document = json.loads(format_plan(plan_of(), NONE))
    edit(document)
    return (json.dumps(document, indent=2) + "\n").encode()


@pytest.mark.parametrize("freshness", [NONE, Freshness(blockhash=b"\1" * 32), NONCE])
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_plan_is_read_as_it_was_written(program: str, freshness: Freshness) -> None:
    made = token(program)
    plan = plan_of(made)
    content = format_plan(plan, freshness)
    assert (plan, freshness) == read_plan("plan.json", content, "ab" * 32, [made])


@pytest.mark.parametrize("line", ["activation = 350_000_000\n", 'activation = "none"\n', ""])
def test_every_setting_is_read_as_it_was_written(line: str) -> None:
    settings = EVERYTHING if not line else SETTINGS + line
    plan = plan_of(settings=settings)
    assert plan == read(format_plan(plan, NONE))[0]


def test_a_plan_for_one_token_leaves_the_others_out() -> None:
    other = replace(token(), symbol="WEN", mint=Address(token().mint[::-1]))
    content = format_plan(plan_of(), NONE)
    plan, _ = read_plan("plan.json", content, "ab" * 32, [other, token()])
    assert ["JUP"] == [planned.token.symbol for planned in plan.tokens]


def test_every_transaction_stands_there_as_bytes_and_as_instructions() -> None:
    document: Any = plan_document(plan_of(), NONCE)
    for step in document["steps"]:
        message = Transaction.from_bytes(b64decode(step["transaction"])).message
        compiled = [
            (str(message.account_keys[one.program_id_index]), bytes(one.data))
            for one in message.instructions
        ]
        assert compiled == [
            (one["program_id"], b64decode(one["data"])) for one in step["instructions"]
        ]
        signers = {
            account["address"]
            for one in step["instructions"]
            for account in one["accounts"]
            if account["signer"]
        }
        assert signers <= set(step["signers"])
        assert "11111111111111111111111111111111" == step["instructions"][0]["program_id"]
    creation = document["steps"][1]
    assert {str(ADMIN.pubkey()), str(BASE.pubkey())} == set(creation["signers"])


def test_a_plan_of_another_bundle_is_refused() -> None:
    content = format_plan(plan_of(), NONE)
    with pytest.raises(DeploymentError, match="made for another bundle; this one is cd"):
        read(content, "cd" * 32)


@pytest.mark.parametrize(
    "fields", [{"mint": bytes(32)}, {"decimals": 9}, {"base": b"\1" * 32}, {"trees": ()}]
)
def test_a_plan_is_held_to_the_trees_of_its_bundle(fields: dict[str, Any]) -> None:
    with pytest.raises(DeploymentError):
        read(format_plan(plan_of(), NONE), **fields)


def edits(document: Any) -> list[tuple[Any, Any]]:
    """Every place of a document: its container and its key or index."""
    inner = document.items() if isinstance(document, dict) else enumerate(document)
    places = []
    for key, value in inner:
        places.append((document, key))
        if isinstance(value, dict | list):
            places += edits(value)
    return places


PLACES = len(edits(json.loads(format_plan(plan_of(), NONE))))


@pytest.mark.parametrize("number", range(0, PLACES, 13))
@pytest.mark.parametrize("value", [None, "x", -1, 2**70, [], {}, True, 1.5])
def test_a_value_changed_anywhere_is_refused(number: int, value: object) -> None:
    def edit(document: Any) -> None:
        container, key = edits(document)[number]
        container[key] = value

    content = forged(edit)
    if content != format_plan(plan_of(), NONE):
        with pytest.raises(DeploymentError, match=r"plan\.json"):
            read(content)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "not valid JSON"),
        (b"\xff", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"9" * 5_000, "not valid JSON"),
        (b"[]", "no plan as this version"),
        (b"{}", "no plan as this version"),
        (forged(lambda it: it.update(format=2)), "no plan as this version"),
        (forged(lambda it: it.update(extra=1)), "no plan as this version"),
        (forged(lambda it: it.update(settings={})), "a plan without settings"),
        (forged(lambda it: it.update(settings=[])), "a plan without settings"),
        (forged(lambda it: it["settings"].update(WEN=it["settings"]["JUP"])), "unknown key"),
        (forged(lambda it: it["settings"]["JUP"].pop("admin")), "admin: missing"),
        (forged(lambda it: it["settings"]["JUP"].update(admin="x")), "paste the whole base58"),
        (forged(lambda it: it.update(nonce=5)), "the nonce is no object"),
        (forged(lambda it: it.update(nonce={"account": 5})), "blockhash or nonce: empty"),
        (forged(lambda it: it.update(blockhash="x")), "blockhash or nonce: "),
        (
            forged(lambda it: it["settings"]["JUP"].update(admin=str(STRANGER.pubkey()))),
            "not what this bundle and these settings give: it was changed",
        ),
        (format_plan(plan_of(), NONE)[:-1], "not what this bundle and these settings give"),
        (
            format_plan(plan_of(), NONE).replace(b'"format": 1', b'"format": 1,\n  "format": 1'),
            "not what this bundle and these settings give",
        ),
    ],
)
def test_what_is_no_plan_is_refused_with_its_reason(content: bytes, problem: str) -> None:
    with pytest.raises(DeploymentError, match=problem):
        read(content)

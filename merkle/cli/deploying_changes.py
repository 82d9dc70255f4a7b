"""Changes of distributors that stand, laid out: what each does, and who has to sign it."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from merkle.cli.deploying_bundle import tokens_of
from merkle.cli.deploying_chain import chosen_freshness, connected
from merkle.cli.deploying_text import freshness_line
from merkle.cli.output import (
    WIDTH,
    amount,
    counted,
    facts,
    network_text,
    print_json,
    print_lines,
    warn,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allocation.address import Address
    from merkle.deployment.administration import AdminStep, Change
    from merkle.program.transactions import Freshness
    from merkle.rpc import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Which distributors are meant."""

    bundle: Path
    symbol: str | None
    tree: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """The node to ask, and what the transactions carry, as the command line says it."""

    url: str | None
    blockhash: str | None
    nonce: str | None
    authority: str | None


def show(change: "Change", target: Target, fresh: Fresh, *, as_json: bool) -> None:
    """Print one transaction per distributor, after what the chain holds against them."""
    from merkle import rpc

    steps = _steps(change, target)
    client = connected(fresh.url)
    warnings, network, held = [], None, {}
    if client is None:
        warnings.append("nothing was looked up on chain; pass --rpc-url to have these checked")
    else:
        network = rpc.network(client)
        warnings += _cautions(change, steps, client)
        held = _held(steps, client)
    freshness = chosen_freshness(client, fresh.blockhash, fresh.nonce, fresh.authority)
    if as_json:
        print_json(
            {
                "genesis_hash": None if network is None else network.genesis_hash,
                "warnings": warnings,
                "steps": [_step_object(step, freshness, held) for step in steps],
            }
        )
        return
    warn(warnings)
    asked = "not asked: no --rpc-url" if network is None else network_text(network)
    rows = [("network", asked), ("blockhash", freshness_line(freshness))]
    count = f"{counted(len(steps), 'transaction')}; nothing is signed or sent here"
    print_lines([*facts(rows), "", count, *_lines(steps, freshness, held)])


def _steps(change: "Change", target: Target) -> "list[AdminStep]":
    from allocation.errors import AsrError
    from merkle.bundle.sound import chosen, open_sound
    from merkle.deployment.tokens import check_token
    from merkle.program.errors import ProgramError

    steps = []
    for token in chosen(tokens_of(open_sound(target.bundle)), target.symbol):
        check_token(token)
        trees = [tree for tree in token.trees if target.tree in (None, tree.number)]
        try:
            steps += [change.step(token, tree) for tree in trees]
        except ProgramError as error:
            problem = f"{token.symbol}: {error}; choose other tokens with --token"
            raise AsrError(problem) from error
    if not steps:
        raise AsrError("there is no such tree; see `asr summary` for those there are")
    return steps


def _cautions(change: "Change", steps: "Sequence[AdminStep]", client: "Client") -> list[str]:
    """Say what the chain holds against the steps."""
    from merkle import rpc
    from merkle.program.errors import ProgramError
    from merkle.program.layouts_distributor import decode_distributor

    now = rpc.clock(client).unix_timestamp
    found = rpc.accounts(client, [step.distributor for step in steps]).accounts
    cautions = []
    for step, account in zip(steps, found, strict=True):
        place = f"{step.token.symbol} tree {step.tree.number}"
        profile = step.token.profile
        if account is None or account.owner != profile.program_id:
            cautions.append(f"{place}: there is no distributor of {profile.name} at its address")
            continue
        try:
            decoded = decode_distributor(profile, account.data)
        except ProgramError as error:
            cautions.append(f"{place}: {error}")
            continue
        cautions += [f"{place}: {line}" for line in change.cautions(step.token, decoded, now)]
    return cautions


def _held(steps: "Sequence[AdminStep]", client: "Client") -> "dict[Address, int]":
    """Read what the vaults hold that are emptied; nothing of one that is not there."""
    from merkle import rpc
    from merkle.program.ids import TOKEN_PROGRAM
    from merkle.program.layouts_token import decode_token_account
    from merkle.rpc.placed import read_placed

    vaults = [step.vault for step in steps if step.vault is not None]
    held = {}
    for vault, account in zip(vaults, rpc.accounts(client, vaults).accounts, strict=True):
        found = read_placed(account, TOKEN_PROGRAM, decode_token_account, "vault", vault)
        held[vault] = 0 if found is None else found.amount
    return held


def _vault_rows(step: "AdminStep", held: "Mapping[Address, int]") -> list[tuple[str, str]]:
    from allocation.address import format_address

    if step.vault is None:
        return []
    vault, token = format_address(step.vault), step.token
    if step.vault not in held:
        return [("from vault", vault)]
    return [("from vault", f"{vault}, which holds {amount(held[step.vault], token.decimals)}")]


def _lines(
    steps: "Sequence[AdminStep]", freshness: "Freshness", held: "Mapping[Address, int]"
) -> list[str]:
    from allocation.address import format_address

    lines = []
    for number, step in enumerate(steps, 1):
        transaction = step.transaction(freshness)
        rows = [
            ("distributor", format_address(step.distributor)),
            ("mint", format_address(step.token.mint)),
            ("program", format_address(step.token.profile.program_id)),
            *_vault_rows(step, held),
            ("signed by", ", ".join(format_address(key) for key in transaction.signers)),
            ("transaction", transaction.base64),
        ]
        title = f"{step.token.symbol} tree {step.tree.number}: {step.title}"
        lines += ["", *_heading(number, title), *facts(rows, indent=5)]
    return lines


def _heading(number: int, title: str) -> list[str]:
    """Fill the columns of a text; two addresses stand in some of these."""
    indents = f"{number:3}. ", " " * 5
    return wrap(title, WIDTH, initial_indent=indents[0], subsequent_indent=indents[1])


def _step_object(
    step: "AdminStep", freshness: "Freshness", held: "Mapping[Address, int]"
) -> dict[str, object]:
    from allocation.address import format_address
    from merkle.deployment.document import transaction_object

    emptied = {}
    if step.vault is not None:
        units = held.get(step.vault)
        emptied = {
            "vault": format_address(step.vault),
            "vault_holds": None if units is None else str(units),
        }
    return {
        "symbol": step.token.symbol,
        "tree": step.tree.number,
        "distributor": format_address(step.distributor),
        "title": step.title,
        **emptied,
        **transaction_object(step.fee_payer, step.transaction(freshness)),
    }

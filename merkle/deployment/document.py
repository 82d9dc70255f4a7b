"""plan.json: a plan as bytes, and back.

Keys, in this order:
- `format` 1; `bundle_id`
- `blockhash`, `nonce`: what the transactions carry; null is none
- `settings`: by symbol, every setting resolved, as deploy.toml writes it
- `tokens`: addresses and arguments of every distributor; amounts and numbers of 64 bits as text
- `costs`: lamports at most, by payer
- `steps`: in order, each with its signers, its unsigned transaction (base64) and the same as
  instructions: program, accounts with their roles, data (base64)

All but the first four follows from them and from the bundle. So reading is: take these, plan anew,
and refuse a file that is not, byte for byte, what comes out.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Final

from allocation.address import AddressError, format_address, parse_address
from allocation.errors import InputErrors
from allocation.strict_toml import Findings, Table
from allocation.toml_values import TomlFloat
from merkle.deployment.moments import show_time
from merkle.deployment.planning import make_plan
from merkle.deployment.settings import settings_of
from merkle.deployment.steps import costs_of, steps_of
from merkle.deployment.tokens import DeploymentError
from merkle.program.transactions import Freshness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solders.instruction import Instruction

    from allocation.address import Address
    from merkle.deployment.planning import Plan, PlannedToken, PlannedTree
    from merkle.deployment.settings import Settings
    from merkle.deployment.steps import Step
    from merkle.deployment.tokens import Token
    from merkle.program.transactions import UnsignedTransaction

FORMAT: Final = 1
LARGEST_PLAN: Final = 64 << 20  # bytes; a tree takes 10,000
_KEYS: Final = ("format", "bundle_id", "blockhash", "nonce", "settings", "tokens", "costs", "steps")


def plan_document(plan: Plan, freshness: Freshness) -> dict[str, object]:
    """Lay a plan out for machines."""
    steps = steps_of(plan)
    return {
        "format": FORMAT,
        "bundle_id": plan.bundle_id,
        "blockhash": _address_or_null(freshness.blockhash),
        "nonce": _nonce_object(freshness),
        "settings": {token.token.symbol: settings_object(token.settings) for token in plan.tokens},
        "tokens": [_token_object(token) for token in plan.tokens],
        "costs": [
            {"payer": format_address(cost.payer), "rent": str(cost.rent), "fees": str(cost.fees)}
            for cost in costs_of(steps)
        ],
        "steps": [_step_object(step, freshness) for step in steps],
    }


def format_plan(plan: Plan, freshness: Freshness) -> bytes:
    """Write plan.json: ASCII, indent 2, one newline at the end."""
    return (json.dumps(plan_document(plan, freshness), indent=2) + "\n").encode("ascii")


def read_plan(
    name: str, content: bytes, bundle_id: str, tokens: Sequence[Token]
) -> tuple[Plan, Freshness]:
    """Read a plan that anybody may have written, of the bundle whose tokens these are.

    `name` is that of the file, for messages.

    Errors: DeploymentError for what is no plan of this bundle; InputErrors for bad settings.
    """
    values = _document(name, content)
    if values["bundle_id"] != bundle_id:
        raise DeploymentError(
            f"{name}: made for another bundle; this one is {bundle_id}: "
            "name that bundle, or plan this one anew"
        )
    settings = _settings(name, values["settings"], tokens)
    chosen = [token for token in tokens if token.symbol in settings]
    plan = make_plan(bundle_id, chosen, settings)
    freshness = _freshness(name, values)
    if format_plan(plan, freshness) != content:
        raise DeploymentError(
            f"{name}: not what this bundle and these settings give: it was changed, or made by "
            "another version of asr; make the plan anew"
        )
    return plan, freshness


def settings_object(settings: Settings) -> dict[str, object]:
    """Lay settings out as deploy.toml writes them."""
    activation = settings.activation
    begins = show_time(activation.point) if activation.is_time else activation.point
    operator = settings.operator
    return {
        "admin": format_address(settings.admin),
        "funder": format_address(settings.funder),
        "operator": "none" if operator is None else format_address(operator),
        "clawback_owner": format_address(settings.clawback_owner),
        "start_vesting": show_time(settings.start_vesting),
        "end_vesting": show_time(settings.end_vesting),
        "clawback_start": show_time(settings.clawback_start),
        "activation": begins if activation.point else "none",
        "closable": settings.closable,
    }


def transaction_object(fee_payer: Address, transaction: UnsignedTransaction) -> dict[str, object]:
    """Lay out who signs a transaction, its bytes, and its instructions for a multisig."""
    return {
        "fee_payer": format_address(fee_payer),
        "signers": [format_address(key) for key in transaction.signers],
        "bytes": transaction.size,
        "transaction": transaction.base64,
        "instructions": [_instruction_object(one) for one in transaction.instructions],
    }


def _instruction_object(instruction: Instruction) -> dict[str, object]:
    """Lay an instruction out as multisig programs take it."""
    return {
        "program_id": str(instruction.program_id),
        "accounts": [
            {"address": str(meta.pubkey), "signer": meta.is_signer, "writable": meta.is_writable}
            for meta in instruction.accounts
        ],
        "data": b64encode(instruction.data).decode("ascii"),
    }


def _token_object(planned: PlannedToken) -> dict[str, object]:
    token = planned.token
    return {
        "symbol": token.symbol,
        "mint": format_address(token.mint),
        "decimals": token.decimals,
        "claim": token.claim,
        "program": token.program,
        "program_id": format_address(token.profile.program_id),
        "clawback_receiver": format_address(planned.clawback_receiver),
        "source": format_address(planned.source),
        "trees": [_tree_object(tree) for tree in planned.trees],
    }


def _tree_object(planned: PlannedTree) -> dict[str, object]:
    arguments = planned.arguments
    return {
        "number": planned.tree.number,
        "distributor": format_address(planned.distributor),
        "vault": format_address(planned.vault),
        "base": _address_or_null(arguments.base),
        "version": str(arguments.version),
        "root": arguments.root.hex(),
        "max_total_claim": str(arguments.max_total_claim),
        "max_num_nodes": str(arguments.max_num_nodes),
        "activation_point": str(arguments.activation_point),
        "activation_type": arguments.activation_type,
        "claim_type": arguments.claim_type,
        "locker": _address_or_null(arguments.locker),
        "bonus": "0",
    }


def _step_object(step: Step, freshness: Freshness) -> dict[str, object]:
    transaction = transaction_object(step.fee_payer, step.transaction(freshness))
    return {"name": step.name, "title": step.title, **transaction}


def _nonce_object(freshness: Freshness) -> dict[str, object] | None:
    if freshness.nonce is None:
        return None
    return {
        "account": format_address(freshness.nonce),
        "authority": _address_or_null(freshness.nonce_authority),
    }


def _address_or_null(key: bytes | None) -> str | None:
    return None if key is None else format_address(key)


def _document(name: str, content: bytes) -> dict[str, object]:
    try:
        values = json.loads(content.decode("ascii"), parse_float=TomlFloat)
    except (ValueError, RecursionError) as error:
        raise DeploymentError(f"{name}: no plan: not valid JSON; make the plan anew") from error
    if not isinstance(values, dict) or tuple(values) != _KEYS or values["format"] != FORMAT:
        raise DeploymentError(
            f"{name}: no plan as this version of asr writes it; make the plan anew"
        )
    return values


def _settings(name: str, value: object, tokens: Sequence[Token]) -> dict[str, Settings]:
    """Read the settings with the rules of deploy.toml, where they stand below `tokens`."""
    if not isinstance(value, dict) or not value:
        raise DeploymentError(f"{name}: a plan without settings; make the plan anew")
    named = [token for token in tokens if token.symbol in value]
    try:
        return settings_of(Table(Findings(name, ""), "", {"tokens": value}), named)
    except InputErrors as errors:
        raise DeploymentError(f"{errors}\n{name}: make the plan anew") from errors


def _freshness(name: str, values: dict[str, object]) -> Freshness:
    nonce = values["nonce"]
    if nonce is None:
        return Freshness(blockhash=_key(name, values["blockhash"]))
    if not isinstance(nonce, dict):
        raise DeploymentError(f"{name}: the nonce is no object; make the plan anew")
    return Freshness(
        blockhash=_key(name, values["blockhash"]),
        nonce=_key(name, nonce.get("account")),
        nonce_authority=_key(name, nonce.get("authority")),
    )


def _key(name: str, value: object) -> Address | None:
    if value is None:
        return None
    try:
        return parse_address(value if isinstance(value, str) else "")
    except AddressError as error:
        raise DeploymentError(
            f"{name}: blockhash or nonce: {error.problem}; make the plan anew"
        ) from error

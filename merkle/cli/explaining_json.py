"""An explanation for machines: every figure as text, since amounts may exceed 2^53."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.explain_share import Share
    from allocation.explain_steps import (
        Explanation,
        Minimum,
        StakeStep,
        Step,
        TokenExplanation,
        VoteStep,
    )
    from allocation.round import Round
    from merkle.bundle.locate import WalletProof


def explanation_document(
    the_round: "Round", explanation: "Explanation", proofs: "Mapping[str, WalletProof]"
) -> dict[str, object]:
    """Lay out what `explanation_lines` says."""
    return {
        "wallet": explanation.wallet,
        "round": the_round.name,
        "method": the_round.method,
        "not_voted": [proposal.id for proposal in explanation.not_voted],
        "tokens": [
            _token_document(token, proofs.get(token.token.symbol)) for token in explanation.tokens
        ],
    }


def _token_document(
    explained: "TokenExplanation", proof: "WalletProof | None"
) -> dict[str, object]:
    from allocation.address import format_address

    token, base = explained.token, explained.token.distributor.locker_base
    return {
        "symbol": token.symbol,
        "mint": format_address(token.mint),
        "decimals": str(token.decimals),
        "minimum_payout": _minimum_document(explained.minimum),
        "steps": [_step_document(step) for step in explained.steps],
        "amount": str(explained.amount),
        "claim": token.claim,
        "locker_base": None if base is None else format_address(base),
        "leaf": None if proof is None else _leaf_document(proof),
    }


def _step_document(step: "Step") -> dict[str, object]:
    from allocation.explain_steps import StakeStep, VoteStep

    if isinstance(step, VoteStep):
        return {
            "step": "vote",
            "proposal": step.proposal.id,
            "title": step.proposal.title,
            "weight_of_proposal": str(step.proposal.weight),
            "power": str(step.weighed.amount),
            **_row_document(step),
            "part": _share_document(step.part),
            **_share_documents(step),
        }
    if isinstance(step, StakeStep):
        return {
            "step": "stake",
            "summed_stake": str(step.weighed.amount),
            "length": str(step.length),
            "average": str(step.weighed.amount // step.length),
            **_row_document(step),
            "maximum": None if step.maximum is None else _texts(asdict(step.maximum)),
            **_share_documents(step),
        }
    return {"step": "given", "reward": str(step.reward)}


def _row_document(step: "VoteStep | StakeStep") -> dict[str, object]:
    return {
        "multiplier": str(step.weighed.multiplier),
        "scale": str(step.weighed.scale),
        "weight": str(step.weighed.weight),
        "removed": None if step.removal is None else _texts(asdict(step.removal)),
    }


def _share_documents(step: "VoteStep | StakeStep") -> dict[str, object]:
    return {
        "rate": None if step.share is None else _rate_document(step.share),
        "share": None if step.share is None else _share_document(step.share),
        "reward": str(step.reward),
    }


def _minimum_document(minimum: "Minimum | None") -> dict[str, object] | None:
    if minimum is None:
        return None
    return {
        "minimum": str(minimum.minimum),
        "floors": [
            {**_texts(asdict(floor)), "amount": str(floor.amount)} for floor in minimum.floors
        ],
        "amount": str(minimum.amount),
        "missing": str(minimum.missing),
    }


def _rate_document(share: "Share") -> dict[str, object]:
    from allocation.explain_share import quotient_text

    return {
        "exact": f"{share.pool}/{share.total}",
        "decimal": quotient_text(share.pool, share.total).removesuffix("..."),
    }


def _share_document(share: "Share") -> dict[str, object]:
    return {**_texts(asdict(share)), "amount": str(share.amount)}


def _texts(values: "Mapping[str, object]") -> dict[str, object]:
    """Turn numbers into texts."""
    return {name: _text(value) for name, value in values.items()}


def _text(value: object) -> object:
    if isinstance(value, dict):
        return _texts(value)
    return str(value) if type(value) is int else value  # but truth stays truth


def _leaf_document(proof: "WalletProof") -> dict[str, object]:
    from allocation.address import format_address
    from merkle.bundle.lines import HEADER_LINES

    address = proof.tree.distributor
    return {
        "amount": str(proof.unlocked),
        "locked_amount": str(proof.locked),
        "line": str(proof.row + HEADER_LINES + 1),
        "tree": str(proof.number),
        "version": str(proof.tree.version),
        "distributor": None if address is None else format_address(address),
        "root": proof.tree.root.hex(),
        "checked": list(proof.checked),
    }

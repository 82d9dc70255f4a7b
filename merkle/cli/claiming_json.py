"""`asr claim` for machines: one document; amounts and lamports are base units as text."""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

from typing import TYPE_CHECKING

from merkle.cli.claiming_view import account_rows

if TYPE_CHECKING:
    from merkle.bundle.locate import WalletProof
    from merkle.claim.costs import Lamports
    from merkle.claim.transactions import ClaimStep
    from merkle.claim.vesting import Vesting
    from merkle.cli.claiming_view import View
    from merkle.rpc.claiming import AskedChain, ReadyClaim, Trial


def document(view: "View") -> dict[str, object]:
    """Lay out everything that the text says."""
    from allocation.address import format_address
    from merkle.claim.description import is_of_program

    wallet = view.proofs[0].wallet
    return {
        "bundle_id": view.bundle_id,
        "wallet": format_address(wallet),
        "wallet_is_of_program": is_of_program(wallet),
        "chain": None if view.asked is None else _chain(view.node, view.asked),
        "tokens": [
            _token(proof, ready) for proof, ready in zip(view.proofs, view.ready, strict=True)
        ],
    }


def _chain(node: str | None, asked: "AskedChain") -> dict[str, object]:
    return {
        "node": node,
        "network": asked.network.name,
        "genesis_hash": asked.network.genesis_hash,
        "slot": asked.clock.slot,
        "unix_time": asked.clock.unix_timestamp,
        "last_valid_block_height": asked.last_valid_block_height,
        "shortage": asked.shortage or None,
    }


def _token(proof: "WalletProof", ready: "ReadyClaim") -> dict[str, object]:
    from merkle.claim.description import described

    return {
        "symbol": proof.token.symbol,
        "decimals": proof.token.decimals,
        "claim": ready.claim.claim,
        "profile": ready.claim.profile.name,
        "amount": str(proof.unlocked),
        "locked_amount": str(proof.locked),
        "of_locked": ready.claim.of_locked,
        "vesting": _vesting(ready.vesting),
        "tree": proof.number,
        "version": proof.tree.version,
        "root": proof.tree.root.hex(),
        "accounts": {name.replace(" ", "_"): key for name, key in account_rows(ready)},
        "refusals": list(ready.refusals),
        "lamports_needed": _needed(ready.needed),
        "transactions": [
            _step(step, described(ready.claim, step.transaction)) for step in ready.steps
        ],
        "trial": _trial(ready.trial),
    }


def _needed(needed: "Lamports | None") -> dict[str, str] | None:
    if needed is None:
        return None
    return {"wallet": str(needed.claimant), "fee_payer": str(needed.fee_payer)}


def _vesting(vesting: "Vesting | None") -> dict[str, object] | None:
    if vesting is None:
        return None
    return {
        "withdrawn": str(vesting.withdrawn),
        "free": str(vesting.free),
        "still_locked": str(vesting.still_locked),
        "start": vesting.starts,
        "end": vesting.ends,
        "next_free": vesting.next_free,
        "clawback_start": vesting.clawback,
    }


def _step(step: "ClaimStep", does: tuple[str, ...]) -> dict[str, object]:
    from allocation.address import format_address

    transaction = step.transaction
    return {
        "title": step.title,
        "condition": step.condition or None,
        "does": list(does),
        "signers": [format_address(key) for key in transaction.signers],
        "bytes": transaction.size,
        "has_blockhash": transaction.has_blockhash,
        "base64": transaction.base64,
    }


def _trial(trial: "Trial | None") -> dict[str, object] | None:
    return None if trial is None else {"failure": trial.failure or None, "units": trial.units}

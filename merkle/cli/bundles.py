"""`asr summary` and `asr proof`: what a bundle says, of all or of one wallet."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from dataclasses import asdict
from typing import TYPE_CHECKING

from merkle.cli.app import (
    BundleArgument,
    JsonFlag,
    TokenOption,
    WalletArgument,
    app,
    checked_address,
    example,
)
from merkle.cli.describing import (
    Rewards,
    address_text,
    bundle_document,
    bundle_lines,
    rewards_of,
)
from merkle.cli.output import amount, facts, print_json, print_lines

if TYPE_CHECKING:
    from merkle.bundle.locate import WalletProof


@app.command(epilog=example("asr summary bundle"))
def summary(bundle: BundleArgument, *, as_json: JsonFlag = False) -> None:
    """Show what a bundle pays and what deploying it needs.

    Pools, rewards, trees, roots and addresses, as the bundle says of itself: `asr verify` proves
    it.
    """
    from merkle.bundle.read import open_bundle

    opened = open_bundle(bundle)
    rewards = {token.symbol: rewards_of(opened, token) for token in opened.manifest.tokens}
    if as_json:
        sizes = {symbol: _texts(sizes) for symbol, sizes in rewards.items()}
        print_json({**bundle_document(opened.id, opened.manifest), "rewards": sizes})
    else:
        print_lines(bundle_lines(opened, rewards))


def _texts(rewards: Rewards | None) -> dict[str, str] | None:
    sizes = None if rewards is None else asdict(rewards)
    return sizes and {name: str(units) for name, units in sizes.items()}


@app.command(epilog=example("asr proof bundle WALLET --token JUP"))
def proof(
    bundle: BundleArgument,
    wallet: WalletArgument,
    *,
    symbol: TokenOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Show one wallet's amounts and proofs, checked.

    With --json in the form that claim pages read: {"claim": [{"mint": ..., "proof": ...}]}.
    """
    from merkle.bundle.locate import find_wallet
    from merkle.bundle.read import open_bundle

    checked_address(wallet, "WALLET")
    proofs = find_wallet(open_bundle(bundle), wallet, symbol)
    if as_json:
        print_json({"claim": [_claim_document(proof) for proof in proofs]})
        return
    lines = facts([("wallet", wallet)])
    for found in proofs:
        lines += ["", *_proof_lines(found)]
    print_lines(lines)


def _proof_lines(found: "WalletProof") -> list[str]:
    from allocation.address import format_address

    token, tree = found.token, found.tree
    rows = [
        ("mint", format_address(token.mint)),
        ("amount", amount(found.unlocked, token.decimals)),
        *([("locked", amount(found.locked, token.decimals))] if found.locked else []),
        ("distributor", address_text(token.program, tree.distributor)),
        ("tree", f"{found.number}, version {tree.version}"),
        ("root", tree.root.hex()),
        ("", format_address(tree.root)),
    ]
    siblings = [("proof" if not at else "", node.hex()) for at, node in enumerate(found.siblings)]
    return [token.symbol, *facts([*rows, *(siblings or [("proof", "empty: the only leaf")])], 2)]


def _claim_document(found: "WalletProof") -> dict[str, object]:
    """Lay a proof out as the claim API does.

    Source: worker.jup.ag asr-claim-proof, as its clients read it; amounts are numbers there.
    """
    from allocation.address import format_address

    address = found.tree.distributor
    return {
        "mint": format_address(found.token.mint),
        **({"merkle_tree": format_address(address)} if address is not None else {}),
        "amount": found.unlocked,
        "locked_amount": found.locked,
        "proof": [list(node) for node in found.siblings],
    }

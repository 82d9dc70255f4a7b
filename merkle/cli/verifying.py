"""`asr verify`: a whole bundle, one wallet of it, or a proof on its own."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from merkle.cli.app import JsonFlag, app, checked_address, example
from merkle.cli.output import amount, counted, facts, print_json, print_lines, printable, progress

if TYPE_CHECKING:
    from merkle.bundle.locate import WalletProof
    from merkle.bundle.read import Bundle
    from merkle.verify import Verification

Leaf = Literal["jupiter", "mint-bound"]


@app.command(
    epilog=example(
        "asr verify bundle",
        "asr verify bundle WALLET",
        "asr verify --proof proof.json --root HEX --wallet WALLET",
    )
)
def verify(  # noqa: PLR0913 - one parameter per option
    bundle: Annotated[
        Path | None, typer.Argument(metavar="BUNDLE", help="Folder made by `build`.")
    ] = None,
    wallet: Annotated[
        str | None, typer.Argument(metavar="WALLET", help="Check this wallet only.")
    ] = None,
    *,
    proof: Annotated[
        Path | None,
        typer.Option("--proof", metavar="FILE", help="Check this proof, without any bundle."),
    ] = None,
    root: Annotated[
        str | None, typer.Option("--root", metavar="HEX", help="What --proof has to lead to.")
    ] = None,
    owner: Annotated[
        str | None, typer.Option("--wallet", metavar="WALLET", help="Whose --proof it is.")
    ] = None,
    leaf: Annotated[
        Leaf, typer.Option("--leaf", metavar="FORMAT", help="Of --proof: jupiter or mint-bound.")
    ] = "jupiter",
    mint: Annotated[str | None, typer.Option("--mint", metavar="MINT", help="Of --proof.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Verify a bundle, one wallet of it, or a single proof.

    Of a bundle: recompute every root, fold every proof, compare every digest. Exit 1 if anything
    does not hold.
    """
    if proof is not None and root is not None and bundle is None:
        _verify_proof(proof, root, owner, leaf, mint, as_json=as_json)
    elif bundle is None or (proof, root, owner, mint, leaf) != (None, None, None, None, "jupiter"):
        raise typer.BadParameter("give either BUNDLE, or --proof with --root", param_hint="BUNDLE")
    elif wallet is not None:
        _verify_wallet(bundle, wallet, as_json=as_json)
    else:
        _verify_bundle(bundle, as_json=as_json)


def _verify_bundle(path: Path, *, as_json: bool) -> None:
    from merkle.verify import verify_bundle

    with progress() as report:
        verification = verify_bundle(path, processes=os.cpu_count() or 1, progress=report)
    if as_json:
        print_json(asdict(verification))
    else:
        print_lines(_verification_lines(verification))
    raise typer.Exit(1 if verification.findings else 0)


def _verification_lines(verification: "Verification") -> list[str]:
    """Say what was checked, then what is wrong; the line that operators compare comes last."""
    parts = [
        counted(verification.files, "file"),
        counted(verification.tokens, "token"),
        counted(verification.trees, "tree"),
        counted(verification.wallets, "allocation"),
        counted(verification.proofs, "proof"),
    ]
    count = len(verification.findings)
    holds = [
        "Everything holds: each root recomputed, each proof folded, each digest compared.",
        "Not recomputed: the amounts from the inputs, and with them the figures of report.json and",
        "breakdown.parquet. `asr audit` does that, with the inputs at hand.",
    ]
    return [
        *(printable(finding) for finding in verification.findings),
        f"checked {', '.join(parts)}",
        *([f"{counted(count, 'finding')}: this bundle is not to be trusted."] if count else holds),
        f"bundle id  {verification.bundle_id or 'none'}",
    ]


def _verify_wallet(path: Path, wallet: str, *, as_json: bool) -> None:
    from merkle.bundle.locate import find_wallet
    from merkle.bundle.read import open_bundle

    checked_address(wallet, "WALLET")
    bundle = open_bundle(path)
    proofs = find_wallet(bundle, wallet)
    if as_json:
        print_json(_wallet_document(bundle, wallet, proofs))
        return
    lines = facts([("wallet", wallet)])
    for found in proofs:
        units = found.unlocked + found.locked
        lines += ["", f"{found.token.symbol}  {amount(units, found.token.decimals)}"]
        lines += [f"  {check}" for check in found.checked]
    print_lines([*lines, "", "Everything holds.", f"bundle id  {bundle.id}"])


def _wallet_document(
    bundle: "Bundle", wallet: str, proofs: "list[WalletProof]"
) -> dict[str, object]:
    from allocation.address import format_address

    return {
        "bundle_id": bundle.id,
        "wallet": wallet,
        "tokens": [
            {
                "symbol": found.token.symbol,
                "mint": format_address(found.token.mint),
                "amount": str(found.unlocked),
                "locked_amount": str(found.locked),
                "tree": found.number,
                "root": found.tree.root.hex(),
                "checked": found.checked,
            }
            for found in proofs
        ],
        "findings": [],
    }


def _verify_proof(
    path: Path, root: str, owner: str | None, leaf: str, mint: str | None, *, as_json: bool
) -> None:
    from allocation.address import format_address
    from merkle.leaf import LEAF_FORMATS
    from merkle.verify.single import parse_root, verify_proof

    found = verify_proof(
        path.read_bytes(),
        parse_root(root),
        checked_address(owner, "--wallet") if owner is not None else None,
        leaf_format=LEAF_FORMATS[leaf],
        mint=checked_address(mint, "--mint") if mint is not None else None,
    )
    rows = {
        "wallet": format_address(found.wallet),
        "amount": str(found.unlocked),
        "locked_amount": str(found.locked),
        "root": parse_root(root).hex(),
    }
    if as_json:
        print_json({**rows, "siblings": len(found.siblings), "findings": []})
        return
    checked = f"The leaf and {counted(len(found.siblings), 'sibling')} lead to the root."
    units = {"amount": "base units", "locked_amount": "base units"}
    lines = facts([(name, f"{value} {units.get(name, '')}") for name, value in rows.items()])
    print_lines([*lines, "", checked])

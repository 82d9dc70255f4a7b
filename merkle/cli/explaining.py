"""`asr explain`: one wallet's number, recomputed step by step."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
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
from merkle.cli.explaining_json import explanation_document
from merkle.cli.explaining_text import explanation_lines
from merkle.cli.output import print_json, print_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from allocation.explain import Explainer
    from allocation.explain_steps import Explanation
    from allocation.round import Round, Token
    from merkle.bundle.locate import WalletProof
    from merkle.bundle.manifest import TokenEntry
    from merkle.bundle.read import Bundle

HASHED_AT_ONCE = 2  # files; hashing leaves the interpreter to others, so this takes half the time


@app.command(
    epilog=example("asr explain bundle WALLET", "asr explain bundle WALLET --token JUP --json")
)
def explain(
    bundle: BundleArgument,
    wallet: WalletArgument,
    *,
    symbol: TokenOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Explain one wallet's number, step by step.

    Weight, total, rate, exact share, left-over unit and every rule, recomputed and held to the
    wallet's checked leaf: enough to check the number with a pencil. Exit 1 where the bundle
    contradicts itself or has no row of the wallet.
    """
    from merkle.bundle.read import open_bundle

    checked_address(wallet, "WALLET")
    opened = open_bundle(bundle)
    the_round, explanation, proofs = _explained(opened, wallet, symbol)
    if as_json:
        print_json({"bundle_id": opened.id, **explanation_document(the_round, explanation, proofs)})
    else:
        lines = explanation_lines(the_round, explanation, proofs)
        print_lines([*lines, "", f"bundle id  {opened.id}"])


def _explained(
    bundle: "Bundle", wallet: str, symbol: str | None
) -> "tuple[Round, Explanation, dict[str, WalletProof]]":
    """Explain a wallet while files are hashed and leaves searched; hold each sum to its leaf.

    Errors: BundleError for what does not hold; UnknownWalletError where there is nothing of it.
    """
    from concurrent.futures import ThreadPoolExecutor

    from merkle.bundle.layout import BREAKDOWN, allocations_file

    symbols = [token.symbol for token in bundle.manifest.tokens if symbol in (None, token.symbol)]
    with ThreadPoolExecutor(HASHED_AT_ONCE) as pool:
        digest = pool.submit(_digest, bundle, BREAKDOWN)
        searches = [pool.submit(_find, bundle, wallet, name) for name in symbols or [str(symbol)]]
        the_round = _read_round(bundle)
        explainer = _read_report(bundle, the_round)
        bundle.check_digest(BREAKDOWN, digest.result())
        explanation = _explain_rows(bundle, explainer, wallet, symbol)
        found = [proof for search in searches for proof in search.result()]
    proofs = {proof.token.symbol: proof for proof in found}
    if explanation is None:
        raise _unknown(the_round, wallet, found)
    for token in explanation.tokens:
        name = token.token.symbol
        leaf = proofs.get(name)
        with _blamed(allocations_file(name), wallet):
            token.check_leaf(None if leaf is None else leaf.unlocked + leaf.locked)
    return the_round, explanation, proofs


def _read_round(bundle: "Bundle") -> "Round":
    """Read the round file and hold the manifest to it."""
    from allocation.round_file import load_round, rules_sha256
    from merkle.bundle.files import read_file
    from merkle.bundle.findings import BundleError
    from merkle.bundle.layout import MANIFEST, ROUND

    content, digest = read_file(bundle.path, ROUND)
    bundle.check_digest(ROUND, digest)
    with TemporaryDirectory(prefix="asr-explain-") as folder:
        copy = Path(folder) / ROUND  # nobody changes it between the digest and the parser
        copy.write_bytes(content)
        the_round = load_round(copy)
    same_rules = bundle.manifest.rules_sha256 == rules_sha256(the_round)
    if not same_rules or _outline(bundle.manifest.tokens) != _outline(the_round.tokens):
        raise BundleError(MANIFEST, f"has other rules or tokens than {ROUND}")
    return the_round


def _outline(tokens: "Sequence[Token | TokenEntry]") -> list[tuple[object, ...]]:
    return [(token.symbol, token.mint, token.decimals, token.pool, token.claim) for token in tokens]


def _read_report(bundle: "Bundle", the_round: "Round") -> "Explainer":
    from allocation.explain import explainer_of
    from merkle.bundle.files import read_file
    from merkle.bundle.layout import REPORT
    from merkle.bundle.strict_json import parse_json

    content, digest = read_file(bundle.path, REPORT)
    bundle.check_digest(REPORT, digest)
    with _blamed(REPORT):
        return explainer_of(the_round, parse_json(REPORT, content))


def _explain_rows(
    bundle: "Bundle", explainer: "Explainer", wallet: str, symbol: str | None
) -> "Explanation | None":
    """Look the wallet up and explain it; None where it has no row."""
    from allocation.tables.breakdown import open_breakdown
    from merkle.bundle.layout import BREAKDOWN

    symbols = tuple(token.symbol for token in explainer.the_round.tokens)
    with (
        _blamed(BREAKDOWN, wallet),
        open_breakdown(bundle.path / BREAKDOWN, symbols) as breakdown,
    ):
        rows = breakdown.rows_of(wallet)
        return explainer.explain(wallet, rows, breakdown.standing, symbol) if rows else None


def _digest(bundle: "Bundle", file: str) -> str:
    from merkle.bundle.files import open_file

    with open_file(bundle.path, file) as opened:
        return opened.sha256()


def _find(bundle: "Bundle", wallet: str, symbol: str) -> "list[WalletProof]":
    from merkle.bundle.locate import UnknownWalletError, find_wallet

    try:
        return find_wallet(bundle, wallet, symbol)
    except UnknownWalletError:
        return []


def _unknown(the_round: "Round", wallet: str, found: "Sequence[WalletProof]") -> Exception:
    """Say of which input a wallet without a row is missing."""
    from merkle.bundle.findings import BundleError
    from merkle.bundle.layout import BREAKDOWN
    from merkle.bundle.locate import UnknownWalletError

    if found:
        return BundleError(BREAKDOWN, "has no row of it, but it is paid", wallet=wallet)
    files = the_round.inputs
    given = (files.votes, files.stakes, files.opening, files.stake_events, files.allocations)
    names = " or ".join(name for name in given if name)
    missing = f"{wallet} stands in no row of {names}"
    if files.other_proposals == "ignore":
        missing += " on a proposal of this round (votes on others are ignored)"
    return UnknownWalletError(f"{missing}, so it gets nothing")


@contextmanager
def _blamed(file: str, wallet: str | None = None) -> "Iterator[None]":
    """Name the file of the bundle that a contradiction was found in."""
    from allocation.explain_share import ContradictionError
    from merkle.bundle.findings import BundleError

    try:
        yield
    except ContradictionError as error:
        raise BundleError(file, str(error), wallet=wallet) from error

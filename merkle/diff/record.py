"""What a bundle recorded of its divisions: the round, the report, and where its breakdown is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.explain_report import Node, division_of
from allocation.explain_share import ContradictionError
from allocation.tables.stake_cells import MAX_DENOMINATOR
from merkle.bundle.files import open_file, read_file
from merkle.bundle.findings import BundleError
from merkle.bundle.layout import BREAKDOWN, INPUTS, MANIFEST, REPORT, ROUND
from merkle.bundle.sound import read_round
from merkle.bundle.strict_json import document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from allocation.address import Address
    from allocation.explain_share import Division
    from allocation.round import Round
    from merkle.bundle.manifest import Manifest
    from merkle.bundle.read import Bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One bundle's own account of how its amounts came about.

    Shapes: divisions by mint, then by proposal ("" with stakes); empty for a list.
    """

    the_round: Round
    inputs: Mapping[str, str]  # sha256 by kind of input
    scale: int  # by which every weight is multiplied
    divisions: Mapping[Address, Mapping[str, Division]]
    below_minimum: bool  # whether votes were found below the minimum; they may count in a total
    breakdown: Path


def read_record(bundle: Bundle) -> Record:
    """Read round, inputs and report of a bundle, each with its digest.

    Errors: InputErrors for a bad round file; BundleError for a document that is none or does not
            have its digest, and for a round or report that contradicts itself or the manifest.
    """
    with open_file(bundle.path, BREAKDOWN) as opened:
        bundle.check_digest(BREAKDOWN, opened.sha256())
    the_round = read_round(bundle)
    _check_round(the_round, bundle.manifest)
    try:
        report = Node(place="", value=_document(bundle, REPORT))
        divisions = {} if the_round.method == "list" else _divisions(report, the_round)
        return Record(
            the_round=the_round,
            inputs=_inputs(bundle),
            scale=_scale(report),
            divisions=divisions,
            below_minimum=report.has("causes") and report.member("causes").has("minimum_vote"),
            breakdown=bundle.path / BREAKDOWN,
        )
    except ContradictionError as error:
        raise BundleError(REPORT, str(error)) from error


def _check_round(the_round: Round, manifest: Manifest) -> None:
    """Refuse a round file of another method, or of other tokens, than the manifest names.

    Errors: BundleError.
    """
    if the_round.method != manifest.method:
        problem = f"is of the method {the_round.method}, {MANIFEST} of {manifest.method}"
        raise BundleError(ROUND, problem)
    told, written = (
        [(token.symbol, token.mint, token.decimals) for token in tokens]
        for tokens in (manifest.tokens, the_round.tokens)
    )
    if told != written:
        raise BundleError(ROUND, f"has other tokens than {MANIFEST}; `asr verify` says which")


def _scale(report: Node) -> int:
    if not report.has("multipliers"):
        return 1
    node = report.member("multipliers").member("scale")
    scale = node.number()
    if not 0 < scale <= MAX_DENOMINATOR:
        node.refuse(f"is not from 1 to {MAX_DENOMINATOR:,}")
    return scale


def _document(bundle: Bundle, file: str) -> object:
    content, digest = read_file(bundle.path, file)
    bundle.check_digest(file, digest)
    return document(file, content).value


def _inputs(bundle: Bundle) -> dict[str, str]:
    content, digest = read_file(bundle.path, INPUTS)
    bundle.check_digest(INPUTS, digest)
    entries = document(INPUTS, content).entries()
    return {kind: entry.member("sha256").sha256() for kind, entry in entries.items()}


def _divisions(report: Node, the_round: Round) -> dict[Address, dict[str, Division]]:
    nodes = report.member("tokens").items(len(the_round.tokens))
    return {
        token.mint: dict(_of_token(node, the_round))
        for node, token in zip(nodes, the_round.tokens, strict=True)
    }


def _of_token(node: Node, the_round: Round) -> list[tuple[str, Division]]:
    rounding = the_round.rules.rounding
    if the_round.method == "time-weighted":
        return [("", division_of(node.member("division"), rounding))]
    ids = {proposal.id for proposal in the_round.proposals}
    parts = node.member("proposals").items(len(ids))
    found = [(_id(part, ids), division_of(part, rounding)) for part in parts]
    if len(dict(found)) != len(found):
        node.refuse("has a proposal twice")
    return found


def _id(part: Node, ids: set[str]) -> str:
    name = part.member("id")
    if not isinstance(name.value, str) or name.value not in ids:
        name.refuse("is no proposal of the round")
    return name.value

"""`asr import trees`: trees that others built -> a bundle of the same leaves and roots."""
# ruff: noqa: PLC0415 - heavy imports stay inside the commands

import json
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final

import typer

from merkle.cli.app import JsonFlag, app, check_new, checked_address, example
from merkle.cli.describing import bundle_document, bundle_lines
from merkle.cli.importing_inputs import register
from merkle.cli.output import print_json, print_lines, printable, progress, warn
from merkle.cli.tree_files import contents_of

if TYPE_CHECKING:
    from allocation.address import Address
    from allocation.progress import Progress
    from allocation.round import Claim
    from merkle.codec import ImportedTrees
    from merkle.distribution import Distribution

LOCKER_BASE: Final = "bJ1TRoFo2P6UHVwqdiipp6Qhp2HaaHpLowZ5LHet8Gm"  # of staked JUP, in every round

SEARCHED_VERSIONS: Final = 10_000  # where no file says it; a second at most

imports = typer.Typer(
    name="import", help="Take in what others made.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(imports)
register(imports)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    """What the command line says about the mint of the trees."""

    symbol: str
    mint: "Address"
    decimals: int
    program: str
    base: "Address | None"

    @property
    def claim(self) -> "Claim":
        """Into the wallet, unless the program only stakes."""
        from merkle.program import PROFILES

        profile = PROFILES.get(self.program)
        return "transfer" if profile is None or "transfer" in profile.depths else "stake"


def _checked_symbol(text: str) -> str:
    from merkle.bundle.layout import SYMBOL_PATTERN

    if not re.fullmatch(SYMBOL_PATTERN, text):
        raise typer.BadParameter(f"{printable(text)} cannot name a folder; use letters and digits")
    return text


def _checked_program(name: str) -> str:
    from allocation.round import NO_PROGRAM
    from merkle.program import PROFILES

    if name not in (*PROFILES, NO_PROGRAM):
        known = ", ".join([*PROFILES, NO_PROGRAM])
        raise typer.BadParameter(f"{printable(name)} is not one of {known}")
    return name


FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILE", help="All trees of one mint.")]
MintOption = Annotated[str, typer.Option("--mint", metavar="MINT", help="What the trees pay.")]
DecimalsOption = Annotated[
    int, typer.Option("--decimals", metavar="N", min=0, max=19, help="Of the mint.")
]
OutOption = Annotated[Path, typer.Option("--out", metavar="BUNDLE", help="The folder to make.")]
SymbolOption = Annotated[
    str, typer.Option("--symbol", metavar="SYMBOL", callback=_checked_symbol, help="Of the token.")
]
ProgramOption = Annotated[
    str,
    typer.Option(
        "--program", metavar="NAME", callback=_checked_program, help="The claim program, or none."
    ),
]
BaseOption = Annotated[
    str | None, typer.Option("--base", metavar="KEY", help="The key that signed new_distributor.")
]


@imports.command(
    epilog=example(
        "asr import trees tree_*.json --mint MINT --decimals 6 --symbol JUP --out bundle",
        "asr import trees 0.json --mint MINT --decimals 9 --program jupiter --base KEY --out b",
    )
)
def trees(  # noqa: PLR0913 - one parameter per option
    files: FilesArgument,
    *,
    mint: MintOption,
    decimals: DecimalsOption,
    out: OutOption,
    symbol: SymbolOption = "TOKEN",
    program: ProgramOption = "none",
    base: BaseOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a bundle of trees that others built.

    Every proof and root is checked, none is changed. Reads Jupiter's and Jito's tree files and kv
    proofs, and proofs of our own.
    """
    from merkle.bundle.read import open_bundle

    token = _Token(
        symbol=symbol,
        mint=checked_address(mint, "--mint"),
        decimals=decimals,
        program=program,
        base=checked_address(base, "--base") if base is not None else None,
    )
    check_new(out)
    with progress() as report:
        imported = _read(files, token.mint, report)
        warnings = _write(out, token, _distribution(imported, token), report)
    bundle = open_bundle(out)
    if as_json:
        print_json({**bundle_document(bundle.id, bundle.manifest), "warnings": warnings})
        return
    warn(warnings)
    print_lines(bundle_lines(bundle))


def _read(paths: list[Path], mint: "Address", report: "Progress | None") -> "ImportedTrees":
    from merkle.codec import read_trees

    return read_trees(contents_of(paths, report), mint)


def _distribution(imported: "ImportedTrees", token: _Token) -> "Distribution":
    """Put the trees in their place: versions in a row, addresses as the files name them.

    Errors: AsrError where a version is missing or an address is another one.
    """
    import numpy as np

    from allocation.address import format_addresses
    from merkle.distribution import Distribution
    from merkle.leaf import JUPITER
    from merkle.program import PROFILES

    distribution = Distribution(
        symbol=token.symbol,
        mint=token.mint,
        decimals=token.decimals,
        leaf_format=JUPITER,
        profile=PROFILES.get(token.program),
        base=token.base,
        claim=token.claim,
        claimants=imported.claimants,
        texts=np.array(format_addresses(imported.claimants), "S44"),
        unlocked=imported.unlocked,
        locked=imported.locked,
        boundaries=imported.boundaries,
        versions=_versions(imported, token),
    )
    _check_addresses(imported, distribution)
    return distribution


def _versions(imported: "ImportedTrees", token: _Token) -> tuple[int, ...]:
    """Return the versions of all trees: as their files say, or such that the addresses fit.

    Errors: AsrError where one is missing.
    """
    from allocation.errors import AsrError

    first = imported.versions[0]
    if first is None:
        first = _version_of(imported.distributors[0], token)
    expected = tuple(range(first, first + len(imported.versions)))
    for version, known in zip(expected, imported.versions, strict=True):
        if known not in (None, version):
            raise AsrError(f"the tree of version {version} is missing; give all trees of the mint")
    return expected


def _version_of(named: "Address | None", token: _Token) -> int:
    """Find the version whose distributor has the address that a file names; 0 if none has."""
    from merkle.program import PROFILES, distributor_address

    profile = PROFILES.get(token.program)
    for version in range(SEARCHED_VERSIONS if named is not None else 0):
        if distributor_address(profile, token.base, token.mint, version) == named:
            return version
    return 0


def _check_addresses(imported: "ImportedTrees", distribution: "Distribution") -> None:
    """Hold the distributors that the files name to those that program and base give."""
    from allocation.address import format_address
    from allocation.errors import AsrError

    for number, named in enumerate(imported.distributors):
        derived = distribution.address(number)
        if named is not None and derived not in (None, named):
            raise AsrError(
                f"tree {number} is claimed from {format_address(named)}, but program, base, mint "
                f"and version {distribution.versions[number]} give {format_address(derived)}; "
                "correct --program, --base or --mint, or name the files in the order of versions"
            )


def _write(
    out: Path, token: _Token, distribution: "Distribution", report: "Progress | None"
) -> list[str]:
    """Build the bundle from a list of its own, so that it can be built again from itself."""
    from allocation.allocate import allocations_of
    from allocation.round_file import load_round
    from merkle.bundle.layout import ROUND, allocations_file
    from merkle.bundle.write import write_bundle
    from merkle.codec import allocations_csv
    from merkle.program import check_round

    with TemporaryDirectory(prefix=f".{out.name}.import-", dir=out.parent) as folder:
        round_file, listed = Path(folder) / ROUND, Path(folder) / allocations_file(token.symbol)
        listed.parent.mkdir()
        listed.write_bytes(allocations_csv(distribution))
        round_file.write_text(_round_text(token, distribution), "utf-8")
        the_round = load_round(round_file)
        warnings = check_round(the_round, allow_deep=True)
        with allocations_of(the_round, Path(folder), progress=report) as allocations:
            write_bundle(out, the_round, allocations, allow_deep=True, progress=report)
    return [*warnings, *allocations.warnings]


def _round_text(token: _Token, distribution: "Distribution") -> str:
    """Write the round file that makes the same trees of the bundle's own list."""
    from allocation.address import format_address
    from merkle.bundle.layout import allocations_file

    keys: dict[str, dict[str, object]] = {
        "[round]": {"name": f"Imported trees of {token.symbol}", "method": "list"},
        "[[tokens]]": {
            "symbol": token.symbol,
            "mint": format_address(token.mint),
            "decimals": token.decimals,
            "claim": token.claim,
        },
        "[inputs]": {"allocations": allocations_file(token.symbol)},
        "[distributor]": {
            "program": token.program,
            **({"base": format_address(token.base)} if token.base is not None else {}),
            **({"locker_base": LOCKER_BASE} if token.claim == "stake" else {}),
            "order": "input",
            **_sizes(distribution),
            "first_version": distribution.versions[0],
        },
    }
    tables = [
        "\n".join([name, *(f"{key} = {json.dumps(value)}" for key, value in table.items())])
        for name, table in keys.items()
    ]
    return "# Made by `asr import trees`.\n\n" + "\n\n".join(tables) + "\n"


def _sizes(distribution: "Distribution") -> dict[str, object]:
    """Say how the list is cut: into trees of one size, the last one smaller, or of any sizes."""
    sizes = [stop - start for start, stop in pairwise(distribution.boundaries)]
    if set(sizes[:-1]) <= {sizes[0]} and sizes[-1] <= sizes[0]:
        return {"max_leaves_per_tree": sizes[0]}
    return {"tree_sizes": sizes}

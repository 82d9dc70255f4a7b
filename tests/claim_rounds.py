"""Lists whose wallets' keys the tests hold, and their bundles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tests.building import build
from tests.chain.building import keypair
from tests.chain.keys import locker_of

if TYPE_CHECKING:
    from pathlib import Path

JUP: Final = "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN"
WEN: Final = "WENWENvqqNya429ubCdR81ZmD69brwQaaBYY6p3LCpk"
BASE, LOCKER_BASE, ADMIN = keypair(501), keypair(502), 503
LOCKER: Final = locker_of(LOCKER_BASE.pubkey())
NOW: Final = 1_735_689_600  # what the chain's clock begins with
DAY: Final = 86_400


def wallet(number: int) -> str:
    return str(keypair(number).pubkey())


def amount_of(number: int) -> int:
    """What a wallet gets, in base units."""
    return number * 1_000_000


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A list of JUP, and of as much WEN where there is `second`, a program to transfer it."""

    program: str = "jupiter"
    claim: str = "stake"
    locked: int = 0  # base units, the same for each
    second: str = ""
    wallets: int = 7
    most: int = 4  # leaves of a tree

    @property
    def name(self) -> str:
        return f"{self.program}-{self.claim}-{self.second}{self.wallets}-{self.most}"


TRANSFER: Final = Plan(claim="transfer", locked=500_000)
VESTING: Final = tuple(
    replace(TRANSFER, program=program) for program in ("jupiter", "jupiter-2024", "kamino", "jito")
)
PLANS: Final = (
    Plan(),
    TRANSFER,
    Plan(program="jupiter-asr-2024"),
    Plan(program="jupiter-2024", claim="transfer"),
    Plan(program="kamino", claim="transfer", locked=500_000),
    Plan(program="jito", claim="transfer"),
)


def round_text(plan: Plan) -> str:
    base = "" if plan.program == "jito" else f'base = "{BASE.pubkey()}"'
    second = f"""\
[[tokens]]
symbol = "WEN"
mint = "{WEN}"
decimals = 5
program = "{plan.second}"
"""
    return f"""\
[round]
name = "{plan.name}"
method = "list"

[[tokens]]
symbol = "JUP"
mint = "{JUP}"
decimals = 6
claim = "{plan.claim}"

{second if plan.second else ""}
[inputs]
allocations = "list.csv"
unit = "base"

[distributor]
program = "{plan.program}"
{base}
locker_base = "{LOCKER_BASE.pubkey()}"
max_leaves_per_tree = {plan.most}
"""


def built(folder: Path, plan: Plan) -> Path:
    """Build the plan's bundle in a folder, once."""
    place = folder / plan.name
    if not place.exists():
        place.mkdir()
        (place / "round.toml").write_text(round_text(plan))
        rows = [
            f"{wallet(number)},{amount_of(number)},{plan.locked},{mint}"
            for mint in ([JUP, WEN] if plan.second else [JUP])
            for number in range(1, plan.wallets + 1)
        ]
        (place / "list.csv").write_text("\n".join(["pubkey,amount,locked_amount,mint", *rows, ""]))
        build(place / "round.toml", place / "bundle")
    return place / "bundle"


def rebuilt(folder: Path, plan: Plan, changes: dict[str, str]) -> Path:
    """Build a plan's bundle anew in a folder, from a round file in which texts are replaced."""
    source, text = built(folder, plan).parent, round_text(plan)
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "round.toml").write_text(text)
    (folder / "list.csv").write_bytes((source / "list.csv").read_bytes())
    build(folder / "round.toml", folder / "bundle")
    return folder / "bundle"


def first_tree(bundle: Path) -> set[int]:
    """Return the wallets of the first tree of JUP, of the first seven."""
    content = (bundle / "JUP" / "proofs" / "tree_0.json").read_text()
    return {number for number in range(1, 8) if f'"{wallet(number)}"' in content}


def files_of(bundle: Path) -> dict[str, bytes]:
    """Return a bundle's files, to be changed and put elsewhere."""
    return {
        path.relative_to(bundle).as_posix(): path.read_bytes()
        for path in bundle.rglob("*")
        if path.is_file()
    }

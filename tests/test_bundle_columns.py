"""allocations.csv is read by columns, and only as this tool writes it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.address import Address, format_address
from allocation.units import U64_MAX, BaseUnits, format_tokens
from merkle.bundle.columns import read_distribution
from merkle.bundle.findings import BundleError
from merkle.bundle.manifest import Manifest, TokenEntry, TreeEntry
from merkle.bundle.read import Bundle

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER = "pubkey,amount,locked_amount\n"
ONE, TWO = (format_address(bytes([byte]) * 32) for byte in (1, 2))

AMOUNTS = st.one_of(
    st.integers(0, 20),
    st.integers(0, U64_MAX // 100),
    st.integers(0, 19).map(lambda power: 10**power // 100),
)


def stored(
    folder: Path, content: bytes, totals: Sequence[tuple[int, int]], decimals: int = 6
) -> tuple[Bundle, TokenEntry]:
    """Put a bundle of one file on disk; `totals` are leaves and amount of each tree."""
    (folder / "JUP").mkdir()
    (folder / "JUP" / "allocations.csv").write_bytes(content)
    trees = tuple(
        TreeEntry(
            version=version,
            distributor=None,
            root=bytes(32),
            root_base58=bytes(32),
            max_num_nodes=leaves,
            max_total_claim=BaseUnits(total),
            depth=0,
        )
        for version, (leaves, total) in enumerate(totals)
    )
    token = TokenEntry(
        symbol="JUP",
        mint=Address(bytes(32)),
        decimals=decimals,
        claim="transfer",
        program="none",
        base=None,
        leaf="jupiter",
        max_leaves_per_tree=1,
        order="input",
        pool=None,
        allocated=BaseUnits(sum(total for _, total in totals)),
        unallocated={},
        wallets=sum(leaves for leaves, _ in totals),
        trees=trees,
    )
    manifest = Manifest(
        tool="asr 0", round="r", method="list", rules_sha256="", inputs_sha256="", tokens=(token,)
    )
    sums = {"JUP/allocations.csv": sha256(content).hexdigest()}
    return Bundle(path=folder, id="", manifest=manifest, sums=sums), token


@given(
    st.lists(st.tuples(st.binary(min_size=32, max_size=32), AMOUNTS, AMOUNTS)), st.integers(0, 19)
)
def test_what_was_written_is_read_back(rows: list[tuple[bytes, int, int]], decimals: int) -> None:
    lines = [
        ",".join([format_address(key), *(format_tokens(units, decimals) for units in amounts)])
        for key, *amounts in rows
    ]
    cut = len(rows) // 2
    totals = [
        (len(part), sum(unlocked + locked for _, unlocked, locked in part))
        for part in (rows[:cut], rows[cut:])
    ]
    with TemporaryDirectory() as folder:
        bundle, token = stored(
            Path(folder),
            (HEADER + "".join(f"{line}\n" for line in lines)).encode(),
            totals,
            decimals,
        )
        read = read_distribution(bundle, token)
    assert [key for key, _, _ in rows] == [key.tobytes() for key in read.claimants]
    assert [format_address(key).encode() for key, _, _ in rows] == read.texts.tolist()
    assert [unlocked for _, unlocked, _ in rows] == read.unlocked.tolist()
    assert [locked for _, _, locked in rows] == read.locked.tolist()
    assert (0, cut, len(rows)) == read.boundaries


@pytest.mark.parametrize(
    ("decimals", "text"), [(0, f"{U64_MAX}"), (6, format_tokens(U64_MAX, 6)), (19, "0." + "9" * 19)]
)
def test_the_largest_amounts_are_read(tmp_path: Path, decimals: int, text: str) -> None:
    zero, units = format_tokens(0, decimals), int(text.replace(".", ""))
    content = f"{HEADER}{ONE},{text},{zero}\n".encode()
    bundle, token = stored(tmp_path, content, [(1, units)], decimals)
    assert [units] == read_distribution(bundle, token).unlocked.tolist()


def test_blocks_of_many_lines_are_joined(tmp_path: Path) -> None:
    keys = np.random.default_rng(1).integers(0, 256, (40_000, 32), np.uint8)
    wallets = [format_address(key.tobytes()) for key in keys]
    lines = [f"{wallet},{row}.000001,0.000000\n" for row, wallet in enumerate(wallets)]
    total = sum(1_000_000 * row + 1 for row in range(40_000))
    content = (HEADER + "".join(lines)).encode()
    bundle, token = stored(tmp_path, content, [(40_000, total)])
    read = read_distribution(bundle, token)
    assert np.array_equal(keys, read.claimants)
    assert np.array_equal(np.arange(40_000) * 1_000_000 + 1, read.unlocked)


GOOD = f"{ONE},1.000000,0.000000\n"
BROKEN = {
    "empty": ("", 1, "not pubkey,amount,locked_amount, the header"),
    "other header": ("wallet,amount\n", 1, "the header"),
    "two fields": (f"{HEADER}{GOOD}{TWO},1.000000\n", 3, "not three fields"),
    "four fields": (f"{HEADER}{TWO},1.000000,0.000000,\n", 2, "not three fields"),
    "commas moved": (f"{HEADER}{TWO},1,1,0\n{ONE},1.000000\n", 2, "not three fields"),
    "empty line": (f"{HEADER}{GOOD}\n", 3, "not three fields"),
    "no newline": (f"{HEADER}{GOOD}{TWO},1.000000,0.000000", 3, "no newline at the end"),
    "cut address": (f"{HEADER}{TWO}{TWO},1.000000,0.000000\n", 2, "the wallet is no address"),
    "padded": (f"{HEADER}{TWO}\0,1.000000,0.000000\n", 2, "the wallet is no address"),
    "no decimals": (f"{HEADER}{TWO},1,0.000000\n", 2, "an amount as"),
    "few decimals": (f"{HEADER}{TWO},1.00000,0.000000\n", 2, "an amount as"),
    "many decimals": (f"{HEADER}{TWO},1.0000000,0.000000\n", 2, "an amount as"),
    "no whole": (f"{HEADER}{TWO},.000000,0.000000\n", 2, "an amount as"),
    "leading zero": (f"{HEADER}{TWO},01.000000,0.000000\n", 2, "an amount as"),
    "sign": (f"{HEADER}{TWO},-1.000000,0.000000\n", 2, "an amount as"),
    "blank": (f"{HEADER}{TWO}, 1.000000,0.000000\n", 2, "an amount as"),
    "exponent": (f"{HEADER}{TWO},1e6.000000,0.000000\n", 2, "an amount as"),
    "locked": (f"{HEADER}{GOOD}{TWO},1.000000,x.000000\n", 3, "an amount as"),
    "21 digits": (f"{HEADER}{TWO},{'1' * 15}.000000,0.000000\n", 2, "an amount as"),
    "just too large": (f"{HEADER}{TWO},18446744073709.551616,0.000000\n", 2, "above 2^64 - 1"),
    "twice too large": (f"{HEADER}{TWO},36893488147419.103232,0.000000\n", 2, "above 2^64 - 1"),
}


@pytest.mark.parametrize(("content", "line", "problem"), BROKEN.values(), ids=BROKEN)
def test_any_other_line_is_refused_with_its_number(
    tmp_path: Path, content: str, line: int, problem: str
) -> None:
    bundle, token = stored(tmp_path, content.encode("latin-1"), [(10, 0)])
    with pytest.raises(BundleError, match="allocations") as refused:
        read_distribution(bundle, token)
    assert line == refused.value.finding.line
    assert problem in refused.value.finding.problem


@pytest.mark.parametrize("wallet", [TWO[1:], "é" * 22, ""])
def test_a_wallet_that_is_no_address_is_refused_with_its_line(tmp_path: Path, wallet: str) -> None:
    content = f"{HEADER}{GOOD}{wallet},1.000000,0.000000\n".encode("latin-1")
    bundle, token = stored(tmp_path, content, [(2, 2_000_000)])
    with pytest.raises(BundleError, match="the wallet is no address") as refused:
        read_distribution(bundle, token)
    assert 3 == refused.value.finding.line


@pytest.mark.parametrize(
    ("totals", "problem"),
    [
        ([(2, 1_000_000)], "has 1 rows, the manifest's trees have 2 leaves"),
        ([(1, 1)], "tree 0 adds up to 1000000, the manifest has 1"),
        ([(0, 0), (1, 5)], "tree 1 adds up to 1000000, the manifest has 5"),
    ],
)
def test_what_the_manifest_says_otherwise_is_refused(
    tmp_path: Path, totals: list[tuple[int, int]], problem: str
) -> None:
    bundle, token = stored(tmp_path, (HEADER + GOOD).encode(), totals)
    with pytest.raises(BundleError, match=problem):
        read_distribution(bundle, token)


def test_another_file_than_the_listed_one_is_refused(tmp_path: Path) -> None:
    bundle, token = stored(tmp_path, (HEADER + GOOD).encode(), [(1, 1_000_000)])
    (tmp_path / "JUP" / "allocations.csv").write_text(HEADER + GOOD.replace("1.0", "2.0"))
    with pytest.raises(BundleError, match="its sha256 is"):
        read_distribution(bundle, token)


def test_a_file_longer_than_its_rows_can_be_is_not_read(tmp_path: Path) -> None:
    bundle, token = stored(tmp_path, (HEADER + GOOD * 100).encode(), [(1, 1_000_000)])
    with pytest.raises(BundleError, match="at most 117 are expected"):
        read_distribution(bundle, token)

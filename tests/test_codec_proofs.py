"""Our own files are laid out as documented, byte for byte."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.address import format_address
from allocation.units import U64_MAX, format_tokens
from merkle.codec import allocations_csv, proof_file, proof_file_parts
from merkle.leaf import MINT_BOUND
from tests.distributions import distribution

if TYPE_CHECKING:
    from merkle.distribution import Distribution, Shard


def plain_proof_file(made: Distribution, shard: Shard) -> bytes:
    """Write the file as FORMATS describes it, with json and one leaf at a time."""
    lines = []
    for row in range(shard.rows.start, shard.rows.stop):
        leaf: dict[str, object] = {}
        if shard.distributor is not None:
            leaf["merkle_tree"] = format_address(shard.distributor)
        leaf["amount"] = int(made.unlocked[row])
        leaf["locked_amount"] = int(made.locked[row])
        leaf["proof"] = shard.tree.proof(row - shard.rows.start).tolist()
        text = json.dumps(leaf, separators=(",", ":"))
        lines.append(f'"{made.texts[row].decode()}":{text}')
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


@settings(max_examples=40)
@given(count=st.integers(1, 70), most=st.integers(1, 70), locked=st.integers(0, 2**40))
def test_a_proof_file_has_one_line_per_leaf(count: int, most: int, locked: int) -> None:
    made = distribution(count, most=most, locked=locked)
    for shard in made.shards():
        assert plain_proof_file(made, shard) == proof_file(made, shard)


def test_a_proof_file_is_the_documented_text() -> None:
    made = distribution([7, U64_MAX - 7])
    wallets = [text.decode() for text in made.texts]
    shard = made.shard(0)
    assert shard.distributor is not None
    tree = format_address(shard.distributor)
    first, second = ("[" + ",".join(map(str, leaf)) + "]" for leaf in shard.tree.levels[0].tolist())
    assert (
        "{\n"
        f'"{wallets[0]}":{{"merkle_tree":"{tree}","amount":7,"locked_amount":0,'
        f'"proof":[{second}]}},\n'
        f'"{wallets[1]}":{{"merkle_tree":"{tree}","amount":18446744073709551608,'
        f'"locked_amount":0,"proof":[{first}]}}\n'
        "}\n"
    ) == proof_file(made, shard).decode()


def test_without_an_address_merkle_tree_is_left_out() -> None:
    made = distribution([7], base=None, locked=3)
    wallet = made.texts[0].decode()
    expected = f'{{\n"{wallet}":{{"amount":7,"locked_amount":3,"proof":[]}}\n}}\n'
    assert expected == proof_file(made, made.shard(0)).decode()


def test_one_leaf_has_an_empty_proof() -> None:
    made = distribution([7])
    assert proof_file(made, made.shard(0)).endswith(b'"proof":[]}\n}\n')


def test_mint_bound_leaves_are_written_alike() -> None:
    made = distribution(5, leaf_format=MINT_BOUND, program="none")
    assert plain_proof_file(made, made.shard(0)) == proof_file(made, made.shard(0))


@pytest.mark.parametrize("block", [1, 3, 4, 8, 64])
def test_blocks_leave_no_seam(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    made = distribution(43, most=29, locked=1)
    whole = [proof_file(made, shard) for shard in made.shards()]
    monkeypatch.setattr("merkle.codec.leaves.BLOCK_ROWS", block)
    monkeypatch.setattr("merkle.codec.proofs.BLOCK_ROWS", block)
    assert whole == [proof_file(made, shard) for shard in made.shards()]
    assert whole == [b"".join(proof_file_parts(made, shard)) for shard in made.shards()]
    assert 44 == allocations_csv(made).count(b"\n")


def test_more_leaves_than_a_block_are_written_right() -> None:
    made = distribution(5_000)
    leaves = json.loads(proof_file(made, made.shard(0)))
    assert [text.decode() for text in made.texts] == list(leaves)
    tree = made.shard(0).tree
    for row in (0, 4_095, 4_096, 4_999):
        assert tree.proof(row).tolist() == leaves[made.texts[row].decode()]["proof"]


@given(
    amounts=st.lists(st.integers(0, 2**58), max_size=20),
    locked=st.integers(0, 2**58),
    decimals=st.integers(0, 19),
)
def test_allocations_are_tokens_with_all_decimals(
    amounts: list[int], locked: int, decimals: int
) -> None:
    made = distribution(amounts, locked=locked, decimals=decimals)
    expected = [["pubkey", "amount", "locked_amount"]]
    expected += [
        [text.decode(), format_tokens(amount, decimals), format_tokens(locked, decimals)]
        for text, amount in zip(made.texts, amounts, strict=True)
    ]
    written = allocations_csv(made).decode()
    assert expected == list(csv.reader(io.StringIO(written)))
    assert "\r" not in written


def test_allocations_are_the_documented_text() -> None:
    made = distribution([1, 1_500_000], locked=2)
    first, second = (text.decode() for text in made.texts)
    expected = (
        f"pubkey,amount,locked_amount\n{first},0.000001,0.000002\n{second},1.500000,0.000002\n"
    )
    assert expected == allocations_csv(made).decode()


def test_without_decimals_there_is_no_point() -> None:
    made = distribution([15], decimals=0)
    assert allocations_csv(made).endswith(b",15,0\n")


def test_some_rows_of_the_allocations_have_the_header_too() -> None:
    made = distribution(5)
    lines = allocations_csv(made).splitlines(keepends=True)
    assert b"".join([lines[0], *lines[2:4]]) == allocations_csv(made, slice(1, 3))
    assert lines[0] == allocations_csv(distribution([]))

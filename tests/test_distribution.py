"""One mint's shards: how they are cut, what they hold, and what no claimer could be paid."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.address import format_addresses
from allocation.allocations import TokenAllocations
from allocation.round import Distributor, Token
from allocation.units import U64_MAX
from merkle.distribution import (
    Distribution,
    DistributionError,
    check_distribution,
    distribution_of,
)
from merkle.leaf import MINT_BOUND
from merkle.program import PROFILES, distributor_address
from tests.distributions import BASE, JUP, distribution, keys_of
from tests.reference_tree import jupiter_leaf, reference_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

KEYS = keys_of(10)
TEXTS = np.array(format_addresses(KEYS), "S44")


def plan(**changes: Any) -> Distributor:
    usual = Distributor(
        program="jupiter",
        base=BASE,
        locker_base=None,
        leaf="jupiter",
        max_leaves_per_tree=12_000,
        first_version=0,
        order="key",
    )
    return replace(usual, **changes)


def built(
    wallets: Sequence[int],
    unlocked: Sequence[int] | None = None,
    locked: Sequence[int] | None = None,
    *,
    token: dict[str, Any] | None = None,
    **changes: Any,
) -> Distribution:
    the_token = Token(
        symbol="JUP",
        mint=JUP,
        decimals=6,
        pool=None,
        claim="transfer",
        distributor=plan(**changes),
    )
    allocations = TokenAllocations(
        token=replace(the_token, **(token or {})),
        wallets=np.array(wallets, np.uint32),
        unlocked=np.array(unlocked or [1] * len(wallets), np.uint64),
        locked=np.array(locked or [0] * len(wallets), np.uint64),
        unallocated={},
    )
    return distribution_of(allocations, KEYS, TEXTS)


def refusal(*arguments: Any, **keywords: Any) -> str:
    with pytest.raises(DistributionError) as caught:
        built(*arguments, **keywords)
    return str(caught.value)


def test_rows_keep_their_order_and_take_keys_and_texts_from_the_wallet_table() -> None:
    made = built([7, 2, 5], [30, 10, 20], [1, 2, 3])
    assert KEYS[[7, 2, 5]].tolist() == made.claimants.tolist()
    assert [TEXTS[7], TEXTS[2], TEXTS[5]] == made.texts.tolist()
    assert ([30, 10, 20], [1, 2, 3]) == (made.unlocked.tolist(), made.locked.tolist())


def test_what_the_token_says_is_what_the_distribution_says() -> None:
    made = built([1], program="jito", base=None, leaf="jupiter")
    assert ("JUP", JUP, 6, "transfer") == (made.symbol, made.mint, made.decimals, made.claim)
    assert PROFILES["jito"] is made.profile
    assert None is made.base


def test_mint_bound_leaves_have_no_program_and_no_address() -> None:
    made = built([1, 2], program="none", leaf="mint-bound")
    assert (MINT_BOUND, None, None) == (made.leaf_format, made.profile, made.address(0))
    assert None is made.shard(0).distributor


@pytest.mark.parametrize(
    ("boundaries", "count", "most"),
    [((0,), 0, 3), ((0, 1), 1, 3), ((0, 3), 3, 3), ((0, 3, 4), 4, 3), ((0, 3, 6, 7), 7, 3)],
)
def test_rows_are_cut_after_every_full_shard(
    boundaries: tuple[int, ...], count: int, most: int
) -> None:
    made = built(range(count), max_leaves_per_tree=most)
    assert boundaries == made.boundaries
    assert len(boundaries) - 1 == made.shard_count
    assert made.shard_count == len(list(made.shards()))


def test_rows_are_cut_as_the_sizes_say() -> None:
    made = built(range(9), max_leaves_per_tree=5, tree_sizes=(2, 5, 1, 1), first_version=3)
    assert ((0, 2, 7, 8, 9), (3, 4, 5, 6)) == (made.boundaries, made.versions)


def test_sizes_that_do_not_add_up_to_the_wallets_are_refused() -> None:
    expected = (
        "JUP: tree_sizes add up to 3, but 2 wallets are paid; correct tree_sizes, or write "
        "max_leaves_per_tree instead"
    )
    assert expected == refusal(range(2), max_leaves_per_tree=2, tree_sizes=(2, 1))


def test_the_12001st_leaf_is_a_tree_of_its_own() -> None:
    made = distribution(12_001, most=12_000)
    first, last = made.shards()
    assert (12_000, 14) == (first.tree.leaf_count, first.tree.depth)
    leaf = jupiter_leaf(made.claimants[12_000].tobytes(), 12_001, 0)
    assert (leaf, 0, 1) == (last.tree.root, last.tree.depth, last.tree.leaf_count)
    assert [] == last.tree.proof(0).tolist()
    assert (slice(12_000, 12_001), 12_001) == (last.rows, last.max_total_claim)


@given(count=st.integers(1, 30), most=st.integers(1, 12))
def test_every_row_lies_in_the_shard_that_claims_it(count: int, most: int) -> None:
    made = distribution(count, most=most)
    for row in range(count):
        rows = made.rows_of(made.shard_of(row))
        assert rows.start <= row < rows.stop
    assert count == sum(shard.tree.leaf_count for shard in made.shards())


@given(count=st.integers(1, 20), most=st.integers(1, 7))
def test_each_shard_is_the_tree_of_its_rows_alone(count: int, most: int) -> None:
    made = distribution(count, most=most, locked=9)
    for shard in made.shards():
        leaves = [
            jupiter_leaf(made.claimants[row].tobytes(), row + 1, 9)
            for row in range(count)[shard.rows]
        ]
        assert reference_tree("sha256", leaves).root == shard.tree.root
        amounts = range(count)[shard.rows]
        assert sum(amounts) + len(amounts) == shard.total_unlocked
        assert 9 * len(amounts) == shard.total_locked
        assert shard.total_unlocked + shard.total_locked == shard.max_total_claim


def test_versions_count_from_the_first_and_make_the_addresses() -> None:
    made = built(range(5), max_leaves_per_tree=2, first_version=7)
    assert (7, 8, 9) == made.versions
    expected = [distributor_address(PROFILES["jupiter"], BASE, JUP, at) for at in (7, 8, 9)]
    assert expected == [shard.distributor for shard in made.shards()]
    assert expected == [made.address(number) for number in range(3)]


def test_a_version_above_u64_is_refused() -> None:
    assert (U64_MAX,) == built(range(2), first_version=U64_MAX).versions
    said = refusal(range(2), max_leaves_per_tree=1, first_version=U64_MAX)
    assert f"JUP: version {U64_MAX + 1} is above 2^64 - 1; lower first_version" == said


def test_a_total_of_exactly_u64_can_be_claimed() -> None:
    made = built([0, 1], [U64_MAX - 5, 1], [4, 0])
    assert U64_MAX == made.total
    assert U64_MAX == made.shard(0).max_total_claim


def test_a_total_above_u64_is_refused_naming_token_and_total() -> None:
    assert (
        "JUP: 18446744073709.551616 tokens in all are above 2^64 - 1 base units "
        "(18,446,744,073,709,551,616); no token account can hold it; lower the amounts"
    ) == refusal([0, 1], [U64_MAX - 5, 1], [4, 1])


def test_a_total_that_would_wrap_around_is_refused() -> None:
    assert "36893488147419.103230 tokens" in refusal([0, 1], [U64_MAX, U64_MAX])


def test_a_tree_too_deep_for_a_claim_is_refused_naming_what_fits() -> None:
    deep = distribution(32_769, most=40_000, claim="stake")
    with pytest.raises(DistributionError) as caught:
        check_distribution(deep)
    assert (
        "JUP: 32,769 leaves in one tree need 16 hashes per proof, a stake claim of jupiter has "
        "room for 15: at most 32,768 leaves fit; lower max_leaves_per_tree"
    ) == str(caught.value)
    check_distribution(deep, allow_deep=True)
    check_distribution(distribution(32_768, most=40_000, claim="stake"))


def test_the_largest_shard_counts_for_the_depth() -> None:
    uneven = replace(
        distribution(70_000, most=70_000), boundaries=(0, 1, 69_999, 70_000), versions=(0, 1, 2)
    )
    with pytest.raises(DistributionError, match="69,998 leaves in one tree need 17 hashes"):
        check_distribution(uneven)


def test_without_a_program_no_claim_limits_the_depth() -> None:
    check_distribution(distribution(70_000, most=70_000, program="none"))


def test_a_staked_amount_of_zero_is_refused_naming_the_wallet() -> None:
    said = refusal([3, 4], [5, 0], token={"claim": "stake"})
    wallet = TEXTS[4].decode()
    assert f"JUP: {wallet}: an amount of 0 cannot be staked" in said
    assert 'zero_amounts = "drop"' in said


def test_all_amounts_of_zero_are_counted() -> None:
    said = refusal([3, 4, 5], [5, 0, 0], token={"claim": "stake"})
    assert f"JUP: {TEXTS[4].decode()} (and 1 more): an amount of 0" in said


def test_an_amount_of_zero_can_be_transferred() -> None:
    assert [0, 5] == built([3, 4], [0, 5]).unlocked.tolist()


@pytest.mark.parametrize("program", ["jupiter", "jupiter-asr-2024", "none"])
def test_a_locked_amount_in_a_staking_tree_is_refused(program: str) -> None:
    said = refusal([3, 4], [5, 5], [0, 1], token={"claim": "stake"}, program=program)
    assert f"JUP: {TEXTS[4].decode()}: a locked amount has no place in a staking tree" in said


def test_a_wallet_twice_is_refused_naming_both_leaves() -> None:
    said = refusal([3, 4, 5, 4])
    assert f"JUP: {TEXTS[4].decode()} has two leaves, 1 and 3; a wallet" in said


def test_a_token_that_pays_nobody_has_no_trees() -> None:
    made = built([])
    assert (0, 0, []) == (made.shard_count, made.total, list(made.shards()))

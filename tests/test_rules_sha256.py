"""What the hash of the rules covers, and what it does not."""

from __future__ import annotations

from dataclasses import fields, replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.round import Distributor, InputFiles, Period, Proposal, Round, Rules, Token
from allocation.round_file import rules_sha256
from allocation.units import BaseUnits
from tests.round_files import (
    A_LIST,
    JUP,
    LOCKER_BASE,
    PER_PROPOSAL,
    SIGNER,
    TIME_WEIGHTED,
    WEN,
    load,
)


def test_the_hash_is_that_of_this_json() -> None:
    canonical = (
        '{"inputs":{"duplicates":"refuse","excess_decimals":"refuse","ignore_outside":false,'
        '"missing_day":"refuse","opening_at":null,"other_proposals":"refuse",'
        '"zero_amounts":"keep"},"method":"list","name":"A list","period":null,"proposals":[],'
        '"rules":{"count_cooling":true,"denominator":"counted","exclude_sides":[],'
        '"minimum_average":null,"minimum_vote":null,"on_empty":"leave",'
        '"rounding":"largest-remainder"},"tokens":[{"claim":"transfer","decimals":"6",'
        '"distributor":{"base":null,"first_version":"0","leaf":"jupiter","locker_base":null,'
        '"max_leaves_per_tree":"12000","order":"key","program":"jupiter","tree_sizes":null},'
        f'"maximum_payout":null,"minimum_payout":null,"mint":"{JUP}","pool":null,"symbol":"JUP"}}]}}'
    )
    assert sha256(canonical.encode()).hexdigest() == rules_sha256(load(A_LIST))


CHANGES_OF_RULES = [
    ('name = "ASR 2024 Q1"', 'name = "ASR 2024 Q2"'),
    ('symbol = "WEN"', 'symbol = "WEN2"'),
    (f'mint = "{WEN}"', f'mint = "{LOCKER_BASE}"'),
    ("decimals = 5\n", "decimals = 4\n"),
    ('pool = "50000000"', 'pool = "50000000.000001"'),
    ('claim = "stake"', 'claim = "transfer"'),
    ('pool = "7500000.5"\n', 'pool = "7500000.5"\nmax_leaves_per_tree = 11999\n'),
    ('title = "A grant"', 'title = "A Grant"'),
    ('weight = "1"', 'weight = "1/2"'),
    ('total = "1000.5"', 'total = "1000.500001"'),
    ('weight = "1/3"', 'weight = "2/3"'),
    ("[inputs]\n", '[inputs]\nother_proposals = "ignore"\n'),
    ('minimum_vote = "10"', 'minimum_vote = "11"'),
    ("[rules]\n", '[rules]\nexclude_sides = ["abstain"]\n'),
    ("[distributor]\n", "[distributor]\nfirst_version = 1\n"),
    (f'base = "{SIGNER}"\n', ""),
]
CHANGES_OF_NOTHING = [
    ("[rules]\n", "# what counts\n\n[rules]   # D4\n"),
    ("votes.csv", "elsewhere/votes.parquet"),
    ("[inputs]\n", '[inputs]\nexclude = "exclude.csv"\n'),
    ("[inputs]\n", '[inputs]\nunit = "ui"\n'),
    ("[rules]\n", '[rules]\ndenominator = "counted"\n'),
    ('pool = "50000000"', 'pool = "50000000.0"'),
    ('weight = "1/3"', 'weight = "3/9"'),
    ("[[proposals]]", "[[proposals]]  # the first"),
]


def changed(changes: set[tuple[str, str]]) -> str:
    text = PER_PROPOSAL
    for old, new in sorted(changes):
        text = text.replace(old, new, 1)
    return text


@given(
    one=st.sets(st.sampled_from(CHANGES_OF_RULES), max_size=4),
    other=st.sets(st.sampled_from(CHANGES_OF_RULES), max_size=4),
    noise=st.sets(st.sampled_from(CHANGES_OF_NOTHING), max_size=4),
)
def test_the_hash_tells_rules_apart_and_nothing_else(
    one: set[tuple[str, str]], other: set[tuple[str, str]], noise: set[tuple[str, str]]
) -> None:
    # what both touch at the same place cannot stand in one file
    noise = {change for change in noise if change[0] not in {old for old, _ in one}}
    expected = rules_sha256(load(changed(one)))
    assert expected == rules_sha256(load(changed(one | noise)))
    assert (one == other) == (expected == rules_sha256(load(changed(other))))


@pytest.mark.parametrize(
    ("old", "new", "decides"),
    [
        ("start = 2025-07-01", "start = 1751328000", False),
        ("start = 2025-07-01", "start = 2025-07-02", True),
        ("end = 2025-10-01T00:00:00Z", 'mode = "daily"\nend = 2025-10-01', False),
        ("end = 2025-10-01", 'mode = "continuous"\nend = 2025-10-01', True),
        ("opening_at = 1751241600", "opening_at = 2025-06-30", False),
        ("opening_at = 1751241600", "", True),
        ("events.csv", "events.parquet", False),
        ('minimum_average = "50"', 'minimum_average = "50.0"', False),
        ('minimum_average = "50"', 'minimum_average = "50.000001"', True),
        ('maximum_payout = "1000"', "", True),
        ('maximum_payout = "1000"', "count_cooling = true\nmaximum_payout = '1000.0'", False),
    ],
)
def test_the_hash_of_a_time_weighted_round_follows_its_period_and_rules(
    old: str, new: str, decides: bool
) -> None:
    assert old in TIME_WEIGHTED
    other = load(TIME_WEIGHTED.replace(old, new))
    assert decides == (rules_sha256(load(TIME_WEIGHTED)) != rules_sha256(other))


def test_the_order_of_proposals_decides_nothing_and_that_of_tokens_does() -> None:
    loaded = load(PER_PROPOSAL)
    turned = replace(loaded, proposals=loaded.proposals[::-1])
    assert rules_sha256(loaded) == rules_sha256(turned)
    assert rules_sha256(loaded) != rules_sha256(replace(loaded, tokens=loaded.tokens[::-1]))


def other_value(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if value is None:
        return BaseUnits(1)
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(value, tuple):
        return (*value, "more")
    return value + ("x" if isinstance(value, str) else 1)


def replaced(loaded: Round, part: str, field: str) -> Round:
    """Change one field of a round, in the part of it that has this path."""
    held: Any = loaded
    parents = []
    for name in part.split("."):
        parents.append((held, name))
        held = getattr(held, name) if name.isalpha() else held[int(name)]
    held = replace(held, **{field: other_value(getattr(held, field))})
    for parent, name in reversed(parents):
        if name.isalpha():
            held = replace(parent, **{name: held})
        else:
            held = (*parent[: int(name)], held, *parent[int(name) + 1 :])
    assert isinstance(held, Round)
    return held


STORAGE = {
    *("votes", "allocations", "exclude", "multipliers", "stakes", "stake_events", "opening"),
    *("decimals", "unit"),
}
FIELDS = [
    (part, field.name)
    for part, of in {
        "tokens.0": Token,
        "tokens.1.distributor": Distributor,
        "proposals.1": Proposal,
        "inputs": InputFiles,
        "rules": Rules,
        "period": Period,
    }.items()
    for field in fields(of)
    if field.name != "distributor"
]


@pytest.mark.parametrize(("part", "field"), FIELDS, ids=[".".join(pair) for pair in FIELDS])
def test_every_field_changes_the_hash_but_names_and_storage_of_inputs(
    part: str, field: str
) -> None:
    loaded = load(TIME_WEIGHTED if part == "period" else PER_PROPOSAL)
    decides = not (part == "inputs" and field in STORAGE)
    assert decides == (rules_sha256(loaded) != rules_sha256(replaced(loaded, part, field)))

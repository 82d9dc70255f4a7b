"""How large claims are: the sizes that limit the depth of a tree.

The numbers were measured on signed transactions, before this code was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from merkle.claim.shapes import SHAPES, Part, Shape, bytes_of, most_siblings, tightest
from merkle.program import PROFILES, leaf_limit

if TYPE_CHECKING:
    from merkle.program.transactions import MessageVersion

VARIANTS: tuple[tuple[MessageVersion, bool], ...] = (
    ("legacy", False),
    ("v0", False),
    ("v0", True),
)

# per row: most hashes, bytes at that depth, bytes without any; for legacy, v0, v0 with a table
MEASURED = """
jito transfer                                      26 1229 396  26 1231 398  28 1205 308
jito transfer+wallet tokens                        23 1207 470  23 1209 472  27 1216 351
jito transfer+wallet tokens+budget                 22 1227 522  22 1229 524  25 1204 403
jupiter transfer                                   26 1230 397  26 1232 399  28 1206 309
jupiter transfer+budget                            24 1218 449  24 1220 451  27 1226 361
jupiter transfer+wallet tokens                     23 1208 471  23 1210 473  27 1217 352
jupiter transfer+wallet tokens+budget              22 1228 523  22 1230 525  25 1205 404
jupiter transfer+operator                          23 1230 493  23 1232 495  25 1206 405
jupiter transfer+wallet tokens+budget+operator     19 1228 619  19 1230 621  22 1205 500
jupiter transfer+wallet tokens+budget+operator+fee sponsor 16 1228 715  16 1230 717  19 1205 596
jupiter stake                                      22 1201 496  22 1203 498  27 1211 346
jupiter stake+budget                               21 1221 548  21 1223 550  26 1231 398
jupiter stake+budget+escrow tokens                 19 1231 622  18 1201 624  24 1210 441
jupiter stake+budget+operator                      18 1221 644  18 1223 646  23 1231 494
jupiter stake+budget+operator+fee sponsor          15 1221 740  15 1223 742  20 1231 590
jupiter stake+budget+escrow tokens+operator        16 1231 718  15 1201 720  21 1210 537
jupiter stake+budget+escrow+escrow tokens          18 1230 653  18 1232 655  22 1208 503
jupiter-asr-2024 stake                             21 1201 528  21 1203 530  26 1211 378
jupiter-asr-2024 stake+budget                      20 1221 580  20 1223 582  25 1231 430
jupiter-asr-2024 stake+budget+escrow tokens+wallet tokens 17 1209 664  17 1211 666  23 1220 483
"""


def named(shape: Shape) -> str:
    return "+".join([f"{shape.program} {shape.claim}", *shape.parts])


def rows() -> dict[str, list[int]]:
    """Return the measured numbers by the name of the shape."""
    found = {}
    for line in MEASURED.strip().splitlines():
        words = line.split()
        found[" ".join(words[:-9])] = [int(word) for word in words[-9:]]
    return found


SHAPE_OF = {named(shape): shape for shape in SHAPES}


@pytest.mark.parametrize("name", rows())
def test_a_claim_has_the_size_that_was_measured(name: str) -> None:
    shape, seen = SHAPE_OF[name], []
    for version, with_table in VARIANTS:
        most = most_siblings(shape, version, with_table=with_table)
        sizes = [bytes_of(shape, count, version, with_table=with_table) for count in (most, 0)]
        seen += [most, *sizes]
    assert rows()[name] == seen


def test_every_row_is_of_a_shape_and_only_two_programs_have_more() -> None:
    unmeasured = {shape.program for name, shape in SHAPE_OF.items() if name not in rows()}
    assert {"kamino", "jupiter-2024", "jito"} == unmeasured
    assert 20 == len(rows())
    assert rows().keys() <= SHAPE_OF.keys()


@pytest.mark.parametrize("program", ["kamino", "jupiter-2024"])
@pytest.mark.parametrize(
    "parts", [(), ("wallet tokens",), ("wallet tokens", "budget"), ("budget",)]
)
def test_kamino_and_2024_claim_as_jito_does(program: str, parts: tuple[Part, ...]) -> None:
    jito = Shape(program="jito", claim="transfer", parts=parts)
    other = Shape(program=program, claim="transfer", parts=parts)
    for version, with_table in VARIANTS:
        for count in (0, 3, 22):
            assert bytes_of(jito, count, version, with_table=with_table) == bytes_of(
                other, count, version, with_table=with_table
            )


@pytest.mark.parametrize("name", PROFILES)
def test_the_depths_of_a_profile_are_those_of_its_tightest_claim(name: str) -> None:
    profile = PROFILES[name]
    assert dict(profile.depths) == {claim: tightest(profile, claim) for claim in profile.depths}


@pytest.mark.parametrize(
    ("depth", "leaves"),
    [
        (26, 67_108_864),
        (28, 268_435_456),
        (23, 8_388_608),
        (27, 134_217_728),
        (22, 4_194_304),
        (25, 33_554_432),
        (24, 16_777_216),
        (19, 524_288),
        (16, 65_536),
        (21, 2_097_152),
        (18, 262_144),
        (15, 32_768),
        (20, 1_048_576),
        (17, 131_072),
    ],
)
def test_so_many_hashes_serve_so_many_leaves(depth: int, leaves: int) -> None:
    assert leaves == leaf_limit(depth)


def test_the_real_claim_and_stake_had_997_bytes() -> None:
    shape = Shape(program="jupiter", claim="stake", parts=("budget",))
    assert 997 == bytes_of(shape, 14)

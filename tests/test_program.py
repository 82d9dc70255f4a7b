"""What the claim programs can do, and the rounds that they can't serve."""

from __future__ import annotations

import pytest

from allocation.address import format_address, parse_address
from allocation.errors import InputError, InputErrors
from merkle.program import (
    PROFILES,
    check_round,
    depth_limit,
    distributor_address,
    leaf_limit,
)
from tests.distributions import BASE, JUP
from tests.plain_programs import plain_address
from tests.round_files import A_LIST, LOCKER_BASE, PER_PROPOSAL, SIGNER, load

# Both tokens of this round are shared by votes; JUP is staked, WEN is transferred.
TWO_TOKENS = PER_PROPOSAL


def refusals(text: str, *, allow_deep: bool = False) -> tuple[InputError, ...]:
    with pytest.raises(InputErrors) as caught:
        check_round(load(text), allow_deep=allow_deep)
    return caught.value.findings


def refusal(text: str) -> InputError:
    (only,) = refusals(text)
    return only


def one_token(claim: str, **distributor: str) -> str:
    """Return a list of one token with these values, as TOML, in [distributor]."""
    lines = [f"{key} = {value}" for key, value in distributor.items()]
    text = A_LIST.replace("decimals = 6", f'decimals = 6\nclaim = "{claim}"', 1)
    return "\n".join([text, "[distributor]", *lines, ""])


def staked(**distributor: str) -> str:
    keys = {"base": f'"{SIGNER}"', "locker_base": f'"{LOCKER_BASE}"'}
    return one_token("stake", **(keys | distributor))


def transferred(**distributor: str) -> str:
    return one_token("transfer", **({"base": f'"{SIGNER}"'} | distributor))


@pytest.mark.parametrize(
    ("name", "program_id"),
    [
        ("jupiter", "DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R"),
        ("jupiter-asr-2024", "Dis2TfkFnXFkrtvAktEkw37sdb7qwJgY6H7YZJwk51wK"),
        ("jupiter-2024", "DiSLRwcSFvtwvMWSs7ubBMvYRaYNYupa76ZSuYLe6D7j"),
        ("kamino", "KdisqEcXbXKaTrBFqeDLhMmBvymLTwj9GmhDcdJyGat"),
        ("jito", "mERKcfxMC5SqJn4Ld4BUris3WKZZ1ojjWJ3A3J5CKxv"),
    ],
)
def test_every_profile_has_the_id_of_its_program(name: str, program_id: str) -> None:
    assert program_id == format_address(PROFILES[name].program_id)


def test_the_plain_derivation_finds_jupiters_locker() -> None:
    voter = "voTpe3tHQ7AjQHMapgSue2HJFAh2cGsdokqN3XqmVSj"
    locker = plain_address(voter, b"Locker", parse_address(LOCKER_BASE))
    assert "CVMdMd79no569tjc5Sq7kzz8isbfCcFyBS5TLGsrZ5dN" == format_address(locker)


@pytest.mark.parametrize("version", [0, 1, 0x0201, 2**64 - 1])
def test_the_address_has_base_mint_and_version_as_seeds(version: int) -> None:
    program = "DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R"
    little_endian = version.to_bytes(8, "little")
    expected = plain_address(program, b"MerkleDistributor", BASE, JUP, little_endian)
    assert expected == distributor_address(PROFILES["jupiter"], BASE, JUP, version)


def test_jitos_address_has_no_base() -> None:
    program = "mERKcfxMC5SqJn4Ld4BUris3WKZZ1ojjWJ3A3J5CKxv"
    expected = plain_address(program, b"MerkleDistributor", JUP, bytes(8))
    assert expected == distributor_address(PROFILES["jito"], BASE, JUP, 0)
    assert expected == distributor_address(PROFILES["jito"], None, JUP, 0)


def test_every_program_base_mint_and_version_has_its_own_address() -> None:
    wen = parse_address("WENWENvqqNya429ubCdR81ZmD69brwQaaBYY6p3LCpk")
    addresses = {
        distributor_address(profile, base, mint, version)
        for profile in PROFILES.values()
        for base in (BASE, wen)
        for mint in (JUP, wen)
        for version in (0, 1, 2**64 - 1)
    }
    assert 4 * 2 * 2 * 3 + 2 * 3 == len(addresses)


def test_without_program_or_base_there_is_no_address() -> None:
    assert distributor_address(None, BASE, JUP, 0) is None
    assert distributor_address(PROFILES["jupiter"], None, JUP, 0) is None


def test_depth_and_leaves_are_limited_by_the_tightest_claim() -> None:
    limits = {
        (name, claim): depth_limit(profile, claim)
        for name, profile in PROFILES.items()
        for claim in profile.depths
    }
    assert {
        ("jupiter", "stake"): 15,
        ("jupiter", "transfer"): 16,
        ("jupiter-asr-2024", "stake"): 17,
        ("jupiter-2024", "transfer"): 22,
        ("kamino", "transfer"): 22,
        ("jito", "transfer"): 22,
    } == limits
    assert 32 == depth_limit(None, "stake")
    assert [32_768, 65_536, 131_072, 4_194_304, 2**32 - 1] == [
        leaf_limit(depth) for depth in (15, 16, 17, 22, 32)
    ]


def test_a_round_that_its_programs_can_serve_has_no_warnings() -> None:
    assert [] == check_round(load(TWO_TOKENS))


def test_without_base_the_missing_address_is_a_warning() -> None:
    expected = ["JUP: without base there is no distributor address yet"]
    assert expected == check_round(load(A_LIST))


def test_a_base_is_ignored_by_jito_with_a_warning() -> None:
    warnings = check_round(load(transferred(program='"jito"')))
    assert ["JUP: base is ignored, a jito address has none"] == warnings


def test_a_base_is_ignored_without_a_program_with_a_warning() -> None:
    warnings = check_round(load(transferred(leaf='"mint-bound"')))
    assert ["JUP: base is ignored without a program"] == warnings


def test_no_program_needs_no_base() -> None:
    assert [] == check_round(load(one_token("transfer", program='"none"')))


@pytest.mark.parametrize("program", ["jupiter-2024", "kamino", "jito"])
def test_staking_is_refused_where_the_program_only_transfers(program: str) -> None:
    expected = (
        f"round.toml:9: tokens[0].claim 'stake': JUP: {program} only pays into the wallet; "
        'write claim = "transfer", or a program that can: jupiter, jupiter-asr-2024'
    )
    assert expected == str(refusal(staked(program=f'"{program}"')))


def test_transferring_is_refused_where_the_program_only_stakes() -> None:
    found = refusal(transferred(program='"jupiter-asr-2024"'))
    assert "tokens[0].claim" == found.column
    assert "JUP: jupiter-asr-2024 stakes whatever is claimed" == found.problem


def test_the_default_claim_is_refused_at_the_token_too() -> None:
    text = A_LIST + '[distributor]\nprogram = "jupiter-asr-2024"\n'
    assert "tokens[0].claim" == refusal(text).column


def test_staking_without_a_locker_is_refused() -> None:
    found = refusal(one_token("stake", base=f'"{SIGNER}"'))
    assert ("distributor.locker_base", "") == (found.column, found.value)
    assert "the locker that the stake accounts belong to" in found.problem


def test_an_unknown_program_is_refused_with_the_nearest() -> None:
    found = refusal(transferred(program='"jupyter"'))
    assert ("distributor.program", "jupyter") == (found.column, found.value)
    assert ("JUP: unknown program", 'did you mean "jupiter"?') == (found.problem, found.remedy)


def test_an_unknown_program_like_no_other_is_refused_with_all() -> None:
    found = refusal(transferred(program='"x"'))
    assert (
        "write one of jupiter, jupiter-asr-2024, jupiter-2024, kamino, jito, none" == found.remedy
    )


def test_a_mint_bound_leaf_with_a_program_is_refused() -> None:
    found = refusal(transferred(leaf='"mint-bound"', program='"jupiter"'))
    assert ("distributor.leaf", "mint-bound") == (found.column, found.value)
    assert "JUP: jupiter does not verify such leaves" == found.problem


def test_more_leaves_than_a_claim_can_carry_are_refused() -> None:
    expected = (
        "round.toml:17: distributor.max_leaves_per_tree '32769': JUP: 32,769 leaves in one tree "
        "need 16 hashes per proof, a stake claim of jupiter has room for 15: at most 32,768 "
        "leaves fit; write at most 32768, or pass --allow-deep"
    )
    assert expected == str(refusal(staked(max_leaves_per_tree="32769")))
    assert [] == check_round(load(staked(max_leaves_per_tree="32768")))


def test_a_size_too_deep_is_refused_where_it_stands() -> None:
    found = refusal(staked(tree_sizes="[3, 32769]"))
    assert ("distributor.tree_sizes", "32769") == (found.column, found.value)


def test_deep_trees_can_be_allowed_with_a_warning() -> None:
    warnings = check_round(load(staked(max_leaves_per_tree="32769")), allow_deep=True)
    assert 1 == len(warnings)
    assert warnings[0].startswith("JUP: 32,769 leaves in one tree need 16 hashes per proof")
    assert warnings[0].endswith("allowed by --allow-deep")


def test_without_a_program_only_the_builder_limits_the_tree() -> None:
    text = one_token("transfer", program='"none"', max_leaves_per_tree=str(2**32 - 1))
    assert [] == check_round(load(text))


def test_each_token_is_measured_by_its_own_claim() -> None:
    text = TWO_TOKENS.replace("[distributor]", "[distributor]\nmax_leaves_per_tree = 65536")
    assert "JUP: 65,536 leaves" in refusal(text).problem


def test_an_override_is_refused_where_it_is_written() -> None:
    text = TWO_TOKENS.replace(
        'symbol = "WEN"', 'symbol = "WEN"\nprogram = "jupiter-asr-2024"\nleaf = "mint-bound"'
    )
    found = refusals(text)
    assert ["tokens[1].claim", "tokens[1].leaf"] == sorted(one.column for one in found)
    assert all(one.problem.startswith("WEN: ") for one in found)


def test_everything_wrong_is_refused_at_once() -> None:
    text = one_token("stake", program='"kamino"', leaf='"mint-bound"')
    columns = {found.column for found in refusals(text)}
    assert {"tokens[0].claim", "distributor.leaf", "distributor.locker_base"} == columns


def test_deep_trees_stay_refused_where_something_else_is_wrong() -> None:
    text = one_token("stake", max_leaves_per_tree="40000")
    assert ["distributor.locker_base"] == [one.column for one in refusals(text, allow_deep=True)]

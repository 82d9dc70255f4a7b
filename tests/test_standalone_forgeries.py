"""The verifier that bundles bring finds what `asr verify` finds, but for what is listed here.

Beyond what stands here, every forgery of the tests of `asr verify` is put to both: see
`forging.findings_in`.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.forging import CSV, TOKENS, TREE, Files, edited, findings_in, replaced, sound
from tests.plain_bundle import PlainToken, put, seal
from tests.standalone import MODULE, run, run_alone
from tests.test_verify_manifest import CONTRADICTIONS, FORMS, OTHER, edit_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOCKED = [replace(TOKENS[0], rows=[(wallet, 5, 7) for wallet, _, _ in TOKENS[0].rows])]
BUNDLES = {"jupiter": sound(LOCKED), "mint-bound": sound(TOKENS[1:])}
SOUND = sound()

# no byte of these can be another one, whatever the digests say
DETERMINED = [(leaf, name) for leaf in BUNDLES for name in BUNDLES[leaf] if "/" in name]


def wrong_in(files: Files, folder: Path) -> list[str]:
    return run(put(files, folder)).wrong


def flipped(content: bytes, at: int, bit: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :]


@settings(max_examples=150, deadline=None)
@given(place=st.sampled_from(DETERMINED), data=st.data())
def test_any_single_bit_of_allocations_and_trees_is_found_though_sealed_again(
    place: tuple[str, str], data: Any
) -> None:
    leaf, name = place
    content = BUNDLES[leaf][name]
    at, bit = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 7))
    assert findings_in(seal({**BUNDLES[leaf], name: flipped(content, at, bit)}))


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(sorted(SOUND)), data=st.data())
def test_any_single_bit_of_any_file_is_found_by_its_digest(name: str, data: Any) -> None:
    at = data.draw(st.integers(0, len(SOUND[name]) - 1))
    assert findings_in({**SOUND, name: flipped(SOUND[name], at, data.draw(st.integers(0, 7)))})


@pytest.mark.parametrize("leaf", BUNDLES)
@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("trees.0.root", "ab" * 32),
        ("trees.0.root_base58", OTHER),
        ("trees.0.depth", 5),
        ("trees.0.max_num_nodes", 2),
        ("trees.0.max_total_claim", "1"),
        ("wallets", 4),
        ("allocated", "1"),
        ("trees", []),
        ("leaf", "oak"),
        ("decimals", 3),
        ("decimals", True),
        ("decimals", "6}|(a+)+b{1"),
    ],
)
def test_a_manifest_that_says_otherwise_of_its_trees_is_found(
    leaf: str, path: str, value: object, tmp_path: Path
) -> None:
    files = edited(BUNDLES[leaf], "manifest.json", edit_at(f"tokens.0.{path}", value))
    assert findings_in(files)
    assert wrong_in(files, tmp_path)


UNSEEN_IN_THE_MANIFEST = {
    *("tool", "round", "method", "rules_sha256", "inputs_sha256", "more"),
    *("tokens.0.claim", "tokens.0.program", "tokens.1.program", "tokens.0.base", "tokens.0.order"),
    *("tokens.0.max_leaves_per_tree", "tokens.0.pool", "tokens.1.pool", "tokens.0.unallocated"),
    "tokens.0.trees.1.version",
}


@pytest.mark.parametrize(("path", "value"), [case[:2] for case in [*FORMS, *CONTRADICTIONS]])
def test_what_it_does_not_look_at_in_the_manifest_is_just_this(
    path: str, value: object, tmp_path: Path
) -> None:
    files = edited(SOUND, "manifest.json", edit_at(path, value))
    assert (path in UNSEEN_IN_THE_MANIFEST) == (not wrong_in(files, tmp_path))


def name_another_distributor(files: Files) -> Files:
    address = json.loads(files["manifest.json"])["tokens"][0]["trees"][1]["distributor"]
    files = {**files, TREE: files[TREE].replace(address.encode(), OTHER.encode())}
    return edited(files, "manifest.json", edit_at("tokens.0.trees.1.distributor", OTHER))


UNSEEN: dict[str, Callable[[Files], Files]] = {
    "a derived address": name_another_distributor,
    "the breakdown": lambda files: seal({**files, "breakdown.parquet": b"something else"}),
    "the report": lambda files: edited(files, "report.json", edit_at("tokens.0.wallets", 9)),
    "the inputs": lambda files: edited(files, "inputs.json", edit_at("allocations.name", "x.csv")),
    "the rules": lambda files: replaced(
        files, "round.toml", b"first_version = 0", b"first_version = 1"
    ),
    "itself": lambda files: seal({**files, "verify.py": b"print('Everything checked holds.')"}),
}


@pytest.mark.parametrize("forge", UNSEEN.values(), ids=UNSEEN)
def test_what_it_does_not_check_passes_when_sealed_again(
    forge: Callable[[Files], Files], tmp_path: Path
) -> None:
    assert [] == wrong_in(forge(SOUND), tmp_path)


def test_keys_out_of_order_and_what_cannot_be_staked_are_not_looked_for(tmp_path: Path) -> None:
    files = sound([replace(TOKENS[0], order="input")])
    files = edited(files, "manifest.json", edit_at("tokens.0.order", "key"))
    assert [] == wrong_in(files, tmp_path)
    rows = [(wallet, 0, locked) for wallet, _, locked in TOKENS[0].rows]
    assert [] == wrong_in(sound([PlainToken(rows=rows, claim="stake")]), tmp_path / "staked")


def test_a_link_is_found_and_nothing_is_opened(tmp_path: Path) -> None:
    bundle = put(SOUND, tmp_path / "bundle")
    (tmp_path / "elsewhere").write_bytes(SOUND[TREE])
    (bundle / TREE).unlink()
    (bundle / TREE).symlink_to(tmp_path / "elsewhere")
    found = f"{bundle}: {bundle / TREE} is a link or an empty folder"
    assert [found] == run_alone(bundle).wrong


def test_a_linked_folder_is_found_and_never_entered(tmp_path: Path) -> None:
    bundle = put(SOUND, tmp_path / "bundle")
    (bundle / "JUP").rename(tmp_path / "elsewhere")
    (bundle / "JUP").symlink_to(tmp_path / "elsewhere")
    found = f"{bundle}: {bundle / 'JUP'} is a link or an empty folder"
    assert [found] == run_alone(bundle).wrong


@pytest.mark.parametrize("name", ["report.json", "manifest.json", CSV, TREE, "SHA256SUMS"])
def test_a_pipe_is_found_and_never_opened(name: str, tmp_path: Path) -> None:
    bundle = put(SOUND, tmp_path)
    (bundle / name).unlink()
    os.mkfifo(bundle / name)
    (found,) = run(bundle).wrong
    assert f"{bundle}: [Errno 20] Not a directory: '{bundle / name}'" == found


def test_an_empty_folder_is_found(tmp_path: Path) -> None:
    bundle = put(SOUND, tmp_path)
    (bundle / "more" / "and").mkdir(parents=True)
    found = f"{bundle}: {bundle / 'more' / 'and'} is a link or an empty folder"
    assert [found] == run(bundle).wrong


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "JUP/../../secret"])
def test_a_path_that_leads_out_of_the_bundle_is_never_opened(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"")
    digest = b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    sums = sorted([*SOUND["SHA256SUMS"].splitlines(), digest + b"  " + name.encode()], key=by_name)
    bundle = put({**SOUND, "SHA256SUMS": b"\n".join(sums) + b"\n"}, tmp_path / "bundle")
    line = sums.index(digest + b"  " + name.encode())
    assert [f"SHA256SUMS: line {line + 1} is not {sums[line + 1].decode()}"] == run(bundle).wrong


def by_name(line: bytes) -> bytes:
    return line[66:]


def test_a_symbol_that_leads_out_of_the_bundle_is_never_opened(tmp_path: Path) -> None:
    files = edited(SOUND, "manifest.json", edit_at("tokens.0.symbol", "../outside"))
    outside = {name.replace("JUP", "outside"): SOUND[name] for name in SOUND if "JUP" in name}
    put(outside, tmp_path)
    wrong = wrong_in(files, tmp_path / "bundle")
    assert "../outside: '../outside/allocations.csv' is missing" in wrong


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_what_is_no_folder_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run(tmp_path / name)
    assert (1, 1) == (done.code, len(done.wrong))


def test_an_empty_folder_lacks_everything(tmp_path: Path) -> None:
    assert 1 == run(tmp_path).code


@pytest.mark.parametrize(
    ("name", "bound"), [("manifest.json", "LONGEST_TEXT"), (CSV, "LONGEST_LIST")]
)
def test_a_document_far_too_large_is_not_read_whole(
    name: str, bound: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MODULE, bound, len(SOUND[name]) - 3)
    assert any(name.startswith(problem.partition(":")[0]) for problem in wrong_in(SOUND, tmp_path))


@pytest.mark.parametrize("name", ["SHA256SUMS", TREE])
def test_what_is_known_is_compared_without_reading_more(name: str, tmp_path: Path) -> None:
    path = put(SOUND, tmp_path) / name
    MODULE.compare(path, SOUND[name].decode())
    os.truncate(path, 1 << 40)
    with pytest.raises(ValueError, match=r"line [0-9]+ is not "):
        MODULE.compare(path, SOUND[name].decode())


@pytest.mark.parametrize("name", [CSV, TREE])
def test_a_line_without_end_is_found(name: str, tmp_path: Path) -> None:
    files = seal({**SOUND, name: SOUND[name][:100] + b"1" * 200_000})
    assert wrong_in(files, tmp_path)


def test_a_wallet_in_two_trees_is_found_though_each_tree_is_right(tmp_path: Path) -> None:
    rows = [*TOKENS[0].rows, sorted(TOKENS[0].rows)[3]]
    (problem,) = wrong_in(sound([PlainToken(rows=rows, order="input")]), tmp_path)
    assert problem.startswith("JUP: a wallet twice, 11 rows of 11 leaves, or ")


def test_a_token_that_pays_more_than_64_bits_hold_is_found(tmp_path: Path) -> None:
    first, second = (row[0] for row in TOKENS[0].rows[:2])
    for more in (0, 1):
        rows = [(first, 2**63, 0), (second, 2**63 - 1, more)]
        assert more == len(wrong_in(sound([PlainToken(rows=rows)]), tmp_path / str(more)))

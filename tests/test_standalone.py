"""The verifier that every bundle brings: one file, plain Python, for people who trust nobody."""

from __future__ import annotations

import ast
import json
import sys
from hashlib import sha256
from runpy import run_path
from typing import TYPE_CHECKING, Any

import base58
import pytest
from Crypto.Hash import keccak
from hypothesis import given
from hypothesis import strategies as st

from merkle.bundle import BundleError, find_wallet, open_bundle
from merkle.bundle.standalone import KNOWN_VERIFIERS, verifier
from merkle.verify import verify_bundle
from tests.forging import CSV, TREE, edited, leaves_of, problems_in, sound
from tests.plain_bundle import VERIFIER, WEN, PlainToken, plain_rows, put, seal
from tests.standalone import MODULE, run, run_alone
from tests.test_bundle_write import CASES, NOBODY

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = VERIFIER.read_text()
SOUND = sound()
FIRST = sound(bundle_format=1)
LEAF = leaves_of(SOUND)[1]
ROOT = json.loads(SOUND["manifest.json"])["tokens"][0]["trees"][1]["root"]
STRANGER = base58.b58encode(bytes(range(32))).decode()
MOST_LINES = 215  # read in one sitting
MOST_CODE = 160  # of them neither blank nor comment nor docstring


def code_lines(source: str) -> set[int]:
    """Return the numbers of the lines that do something."""
    documented = [ast.Module, ast.FunctionDef]
    described: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if type(node) in documented and ast.get_docstring(node):  # type: ignore[arg-type]
            first: Any = node.body[0]  # type: ignore[attr-defined]
            described |= set(range(first.lineno, first.end_lineno + 1))
    return {
        number
        for number, line in enumerate(source.split("\n"), 1)
        if line.strip() and not line.strip().startswith("#") and number not in described
    }


def test_it_is_short_enough_to_be_read() -> None:
    assert len(SOURCE.splitlines()) <= MOST_LINES
    assert len(code_lines(SOURCE)) <= MOST_CODE


def test_it_imports_nothing_but_the_standard_library_and_runs_on_older_pythons() -> None:
    tree = ast.parse(SOURCE, feature_version=(3, 9))
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module))
    assert set() == imported - sys.stdlib_module_names
    assert not {"socket", "subprocess", "urllib", "http", "os", "importlib"} & imported


def test_its_digest_is_among_those_that_are_known() -> None:
    assert verifier() == VERIFIER.read_bytes()
    assert sha256(verifier()).hexdigest() in KNOWN_VERIFIERS[2]


def test_another_verifier_is_found_though_sealed_again() -> None:
    files = seal({**SOUND, "verify.py": b"print('Everything checked holds.')\n"})
    assert ["not the verifier that asr writes; do not run it"] == problems_in(files, "verify.py")


def test_another_verifier_is_found_without_a_manifest() -> None:
    files = seal({**SOUND, "verify.py": b"", "manifest.json": b"{}"})
    assert ["not the verifier that asr writes; do not run it"] == problems_in(files, "verify.py")


def test_a_bundle_of_the_first_format_is_read_as_ever(tmp_path: Path) -> None:
    bundle = put(FIRST, tmp_path)
    assert "verify.py" not in FIRST
    assert () == verify_bundle(bundle).findings
    assert 1 == open_bundle(bundle).manifest.format
    (proof,) = find_wallet(open_bundle(bundle), LEAF.wallet)
    assert LEAF.fields["amount"] == proof.unlocked


def test_a_bundle_of_the_first_format_with_a_verifier_is_another_one(tmp_path: Path) -> None:
    files = seal({**FIRST, "verify.py": verifier()})
    assert ["unknown file"] == problems_in_any(files, "verify.py", tmp_path)
    with pytest.raises(BundleError, match=r"lists other files than manifest.json, see verify.py"):
        open_bundle(tmp_path)


def problems_in_any(files: dict[str, bytes], name: str, folder: Path) -> list[str]:
    """Verify a bundle that verify.py does not know."""
    found = verify_bundle(put(files, folder)).findings
    return [finding.problem for finding in found if finding.file == name]


def test_it_says_that_it_does_not_read_the_first_format(tmp_path: Path) -> None:
    wrong = run(put(FIRST, tmp_path)).wrong
    assert ["manifest.json: missing, unknown or twice in it: ['verify.py']"] == wrong
    put(edited(SOUND, "manifest.json", lambda document: document.update(format=1)), tmp_path)
    assert [r'manifest.json: line 2 is not   "format": 2,'] == run(tmp_path).wrong


@pytest.mark.parametrize("tokens", [*CASES.values(), [*CASES["one leaf"], NOBODY]])
def test_it_finds_nothing_in_a_sound_bundle(tokens: list[PlainToken], tmp_path: Path) -> None:
    done = run(put(sound(tokens), tmp_path))
    assert (0, []) == (done.code, done.wrong)
    assert "Everything checked holds." == done.lines[-2]
    assert done.lines[-1].startswith("Not checked: that the amounts follow from the inputs")


def test_it_runs_without_any_package_and_leaves_the_bundle_as_it_was(tmp_path: Path) -> None:
    bundle = put(SOUND, tmp_path / "bundle")
    done = run_alone(bundle)
    assert (0, run(bundle).lines) == (done.code, done.lines)
    assert set(SOUND) == {
        path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()
    }
    assert () == verify_bundle(bundle).findings


def test_it_names_every_root_that_it_has_made_anew(tmp_path: Path) -> None:
    lines = run(put(SOUND, tmp_path)).lines
    assert f"{TREE}  4 leaves, root {ROOT}" in lines


def test_it_names_the_first_wrong_line_of_each_file(tmp_path: Path) -> None:
    other = "wen_2/proofs/tree_0.json"
    first, second, *lines = SOUND[TREE].split(b"\n")
    files = {
        **SOUND,
        TREE: b"\n".join([first, second, lines[0].replace(b":0,", b":1,"), *lines[1:]]),
        other: SOUND[other][:-1],
    }
    found = run_alone(put(seal(files), tmp_path))
    assert [
        f"{TREE}: line 3 is not {lines[0].decode()}"[:100],
        f"{other}: line 6 is not the end",
    ] == [line[:100] for line in found.wrong]
    assert (1, "2 findings: not all of it holds.") == (found.code, found.lines[-2])


def test_a_token_may_be_called_wrong(tmp_path: Path) -> None:
    done = run(put(sound([PlainToken(rows=plain_rows(3), symbol="WRONG")]), tmp_path))
    assert (0, "Everything checked holds.") == (done.code, done.lines[-2])


def test_of_a_wallet_it_shows_what_it_gets_and_checks_its_tree_alone(tmp_path: Path) -> None:
    done = run(put(SOUND, tmp_path), LEAF.wallet)
    amounts = f"{LEAF.wallet} gets {LEAF.fields['amount']} and 0 locked, base units of JUP"
    assert [f"{TREE}  4 leaves, root {ROOT}", amounts] == done.lines[:-2]
    assert 0 == done.code
    assert done.lines[-1].startswith("Not checked: trees without that wallet, that the amounts ")
    other = "JUP/proofs/tree_0.json"
    put(seal({**SOUND, other: SOUND[other][:-3]}), tmp_path)
    assert 0 == run(tmp_path, LEAF.wallet).code
    assert 1 == run(tmp_path).code


def test_a_wallet_that_gets_nothing_is_told_so(tmp_path: Path) -> None:
    done = run(put(SOUND, tmp_path), STRANGER)
    assert (1, [f"manifest.json: {STRANGER} gets nothing"]) == (done.code, done.wrong)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["bundle", "no wallet"],
        ["bundle", ""],
        ["bundle", LEAF.wallet, "1"],
        ["0" * 62, LEAF.wallet, "1", "0", "proof.json"],
        ["x" * 64, LEAF.wallet, "1", "0", "proof.json"],
        [ROOT, LEAF.wallet[:40], "1", "0", "proof.json"],
        [ROOT, "1" * 33, "1", "0", "proof.json"],
        [ROOT, "1" * 32 + "0", "1", "0", "proof.json"],
        [ROOT, "z" * 44, "1", "0", "proof.json"],
        [ROOT, LEAF.wallet, "1.0", "0", "proof.json"],
        [ROOT, LEAF.wallet, "01", "0", "proof.json"],
        [ROOT, LEAF.wallet, "1_0", "0", "proof.json"],
        [ROOT, LEAF.wallet, "-1", "0", "proof.json"],
        [ROOT, LEAF.wallet, "1", str(2**64), "proof.json"],
        [ROOT, LEAF.wallet, "1", "0", "proof.json", "mint"],
        [ROOT, LEAF.wallet, "1", "0", "proof.json", WEN, WEN],
    ],
)
def test_misuse_is_answered_with_the_manual(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == run(*arguments).code
    assert "python3 -I -S verify.py BUNDLE" in capsys.readouterr().err


def test_misuse_ends_with_exit_code_2() -> None:
    assert 2 == run_alone().code


def test_its_exit_code_is_that_of_the_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for arguments, code in (([str(tmp_path)], 1), ([], 2)):
        monkeypatch.setattr(sys, "argv", ["verify.py", *arguments])
        with pytest.raises(SystemExit) as ended:
            run_path(str(VERIFIER), run_name="__main__")
        assert code == ended.value.code


@given(st.binary(max_size=135) | st.integers(130, 135).map(bytes))
def test_keccak_is_that_of_others(data: bytes) -> None:
    assert keccak.new(digest_bits=256, data=data).digest() == MODULE.keccak(data)


@given(st.integers(136, 300).map(bytes))
def test_keccak_takes_no_more_than_one_block(data: bytes) -> None:
    with pytest.raises(ValueError, match="negative count"):
        MODULE.keccak(data)


@given(
    st.binary(min_size=32, max_size=32)
    | st.integers(0, 31).map(lambda n: bytes(n) + b"\xff" * (32 - n))
)
def test_addresses_are_read_as_others_write_them(key: bytes) -> None:
    assert key == MODULE.key_of(base58.b58encode(key).decode())


@given(st.binary(max_size=40).filter(lambda key: len(key) != 32))
def test_what_is_not_32_bytes_is_no_address(key: bytes) -> None:
    with pytest.raises(ValueError, match="is no address"):
        MODULE.key_of(base58.b58encode(key).decode())


def test_a_row_that_is_none_ends_its_token_but_not_the_others(tmp_path: Path) -> None:
    files = seal({**SOUND, CSV: SOUND[CSV].replace(b",1.", b",01.", 1)})
    done = run(put(files, tmp_path))
    assert ["JUP"] == [problem.split(":")[0] for problem in done.wrong]
    assert ["wen_2/proofs/tree_0.json"] == [line.split("  ")[0] for line in done.lines[1:-2]]


def test_a_hostile_name_in_the_manifest_is_shown_harmless(tmp_path: Path) -> None:
    def rename(document: Any) -> None:
        document["tokens"][0]["symbol"] = "\x1b[2J\n"

    done = run(put(edited(SOUND, "manifest.json", rename), tmp_path))
    assert done.wrong
    assert all(line.isprintable() and line.isascii() for line in done.lines)

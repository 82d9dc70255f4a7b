"""The shape of a text, held against a reader that looks at one character after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from allocation.tables import scan as scan_module
from allocation.tables.scan import scan_bytes, scan_text

if TYPE_CHECKING:
    from pathlib import Path


def plain_scan(text: bytes) -> tuple[int, int, bool] | None:
    """Rows, commas and quoted line ends by RFC 4180; None where it is broken."""
    text = text.removeprefix(b"\xef\xbb\xbf")
    rows = commas = at = 0
    spans, end = False, None
    while at < len(text):
        start = at
        while True:  # one cell
            if text[at : at + 1] == b'"':
                at += 1
                while text[at : at + 1] != b'"' or text[at : at + 2] == b'""':
                    if at >= len(text):
                        return None
                    spans |= text[at : at + 1] == b"\n"
                    at += 2 if text[at : at + 2] == b'""' else 1
                at += 1
            else:
                while text[at : at + 1] not in (b"", b",", b"\r", b"\n"):
                    if text[at : at + 1] == b'"':
                        return None
                    at += 1
            if text[at : at + 1] != b",":
                break
            commas += 1
            at += 1
        rows += at > start
        found = next((e for e in (b"\r\n", b"\n") if text.startswith(e, at)), None)
        if at < len(text) and (found is None or (end or found) != found):
            return None
        end = end or found
        at += len(found or b"")
    return rows, commas, spans


texts = st.text(alphabet='ab",\r\n', max_size=30).map(str.encode)
quoted = st.lists(st.sampled_from([b'"', b'""', b"a", b",", b"\n", b"\r\n"]), max_size=12).map(
    b"".join
)


@settings(deadline=None)
@given(st.one_of(texts, quoted), st.integers(1, 7))
@example(b'\xef\xbb\xbf"a"\n', 1 << 18)
def test_the_shape_is_what_a_plain_reader_sees(
    tmp_path_factory: pytest.TempPathFactory, text: bytes, chunk: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "scanned.csv"
    path.write_bytes(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan_module, "_CHUNK", max(chunk, 3))
        scan = scan_text(path, quotes=True)
    expected = plain_scan(text)
    assert (expected is not None) == scan.sound
    if expected:
        assert expected == (scan.rows, scan.commas, scan.quoted_line_ends)


def test_lines_of_json_have_no_quotes_to_look_at(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"\n\r\n\n}\r\n"')
    scan = scan_text(tmp_path / "a.jsonl", quotes=False)
    assert (3, True, False) == (scan.rows, scan.sound, scan.quoted_line_ends)


@pytest.mark.parametrize("text", [b"a\0", b"a\n\xff\n", b"\xc3"])
@pytest.mark.parametrize("quotes", [False, True])
def test_what_is_no_text_is_unsound(tmp_path: Path, text: bytes, quotes: bool) -> None:
    (tmp_path / "a").write_bytes(text)
    assert not scan_text(tmp_path / "a", quotes=quotes).sound


def test_size_and_hash_are_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    for scan in (scan_bytes(tmp_path / "a"), scan_text(tmp_path / "a", quotes=True)):
        assert (digest, 3) == (scan.sha256, scan.size)

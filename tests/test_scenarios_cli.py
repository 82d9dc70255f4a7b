"""`asr scenarios`: what its transcripts cannot show; pictures above all."""

from __future__ import annotations

import re
import struct
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from merkle.cli.scenarios_plot import LONGEST_LABEL, LONGEST_TITLE
from tests.conftest import FIXTURES
from tests.round_files import A_LIST, JUP
from tests.test_cli import asr

if TYPE_CHECKING:
    from pathlib import Path

VOTES, STAKES = (FIXTURES / name / "round.toml" for name in ("asr-2024-q1", "asr-2025-q3"))
SVG = "{http://www.w3.org/2000/svg}svg"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    assert 0 == asr("init", tmp_path).code
    return tmp_path / "round.toml"


def renamed(sample: Path, name: str) -> Path:
    text = sample.read_text("utf-8").replace('"Sample round"', f'"""{name}"""')
    sample.write_text(text, "utf-8")
    return sample


def drawn(path: Path) -> str:
    """The texts of a picture, which stand in it as comments beside their outlines."""
    return "\n".join(re.findall(r"<!-- (.*?) -->", path.read_text("utf-8"), re.DOTALL))


def test_a_picture_is_the_same_every_time_and_says_no_date(sample: Path) -> None:
    options = (sample, "--minimum", "none,5,250", "--token", "JUP", "--plot")
    first, second = (sample.parent / name for name in ("a.svg", "b.svg"))
    for path in (first, second):
        assert 0 == asr("scenarios", *options, path).code
    assert first.read_bytes() == second.read_bytes()
    assert SVG == ET.fromstring(first.read_text("utf-8")).tag  # noqa: S314 - our own file
    assert "dc:date" not in first.read_text("utf-8")
    for text in (
        "Sample round: JUP under several rules",
        "50,000 JUP to 10 of 12 wallets with voting power, as the round is written",
        "Wallets that are paid",
        "as written (10)",
        "250",
    ):
        assert text in drawn(first)


def test_a_picture_of_points_is_1200_wide(sample: Path) -> None:
    path = sample.parent / "rules.PNG"
    assert 0 == asr("scenarios", sample, "--token", "WEN", "--plot", path).code
    content = path.read_bytes()
    assert b"\x89PNG\r\n\x1a\n" == content[:8]
    assert (1200, 700) == struct.unpack(">II", content[16:24])


def test_two_rounds_are_drawn_with_their_names(tmp_path: Path) -> None:
    path = tmp_path / "methods.svg"
    assert 0 == asr("scenarios", STAKES, "--compare", VOTES, "--plot", path, "--json").code
    assert "first: ASR 2025 Q3, time-weighted    second: ASR 2024 Q1, per-proposal" in drawn(path)


def test_long_names_of_scenarios_stand_at_an_angle_and_once(sample: Path) -> None:
    path = sample.parent / "rules.svg"
    options = ("--rounding", "floor,largest-remainder", "--denominator", "all,counted")
    assert 0 == asr("scenarios", sample, *options, "--token", "JUP", "--plot", path).code
    assert 2 == drawn(path).count("floor, counted")  # below the bars, and beside the curves
    assert "as written (largest-remaind...\n" in drawn(path)
    assert LONGEST_LABEL == len("as written (largest-remaind...")


@pytest.mark.parametrize(
    "name",
    [
        r"$\\frac{",
        "$x$ & <script>",
        "\u6d4b\u8bd5",
        "_hidden",
        "{0} %s",
        "z" * 999,
    ],
)
def test_the_name_of_a_round_is_drawn_as_it_is_and_never_obeyed(sample: Path, name: str) -> None:
    path = sample.parent / "rules.svg"
    done = asr("scenarios", renamed(sample, name), "--token", "JUP", "--plot", path)
    assert (0, "") == (done.code, done.stderr)
    assert SVG == ET.fromstring(path.read_text("utf-8")).tag  # noqa: S314 - our own file
    assert "<script" not in path.read_text("utf-8").replace("&lt;script", "")
    assert all(len(line) <= LONGEST_TITLE for line in drawn(path).splitlines())


def test_a_round_that_pays_nobody_is_drawn_too(sample: Path) -> None:
    path = sample.parent / "rules.svg"
    done = asr("scenarios", sample, "--minimum", "1000000000", "--token", "JUP", "--plot", path)
    assert 0 == done.code
    assert re.search(r"\n  1000000000 +0 +12 +0\.000000 +0\.000000 +50,000\.000000\n", done.stdout)
    assert re.search(r"\n  1000000000 +- +- +- +- +-\n", done.stdout)


def test_without_matplotlib_the_extra_is_named_before_the_work(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    refused = asr("scenarios", sample.parent / "nowhere.toml", "--plot", sample.parent / "a.svg")
    assert (1, "") == (refused.code, refused.stdout)
    assert "error: --plot needs matplotlib; install the extra: pip install 'asr[plot]'\n" == (
        refused.stderr
    )


def test_a_csv_has_no_figure_where_nobody_is_paid(sample: Path) -> None:
    path = sample.parent / "rules.csv"
    options = ("--minimum", "1000000000", "--token", "JUP", "--csv", path)
    assert 0 == asr("scenarios", sample, *options, "--json").code
    assert ",0.000000,50000.000000,0,0.000000,,0,0.000000,,,," in path.read_text("utf-8")


def test_what_is_wrong_with_a_value_never_reaches_the_terminal_raw(sample: Path) -> None:
    refused = asr("scenarios", sample, "--minimum", "\x1b[2J")
    assert 2 == refused.code
    assert "\x1b" not in refused.stderr
    assert r"\x1b[2J" in refused.stderr


def test_a_list_shows_the_one_way_in_which_it_is_paid(tmp_path: Path) -> None:
    (tmp_path / "round.toml").write_text(A_LIST, "utf-8")
    (tmp_path / "list.csv").write_text(f"pubkey,amount\n{JUP},1.5\n", "utf-8")
    shown = asr("scenarios", tmp_path / "round.toml").stdout
    assert "\nJUP  1 wallet with an amount\n  rules       kept  dropped" in shown
    assert re.search(r"\n  as written +1 +0 +0\.000000 +1\.500000 +0\.000000\n", shown)

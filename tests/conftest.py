"""What several test files share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.building import build

FIXTURES = Path(__file__).parent.parent / "fixtures"


@pytest.fixture(scope="session")
def fixture_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of the fixture round: read it, never change it."""
    out = tmp_path_factory.mktemp("asr-2024-q1") / "bundle"
    build(FIXTURES / "asr-2024-q1" / "round.toml", out)
    return out

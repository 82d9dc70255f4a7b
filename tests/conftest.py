"""What several test files share."""

from __future__ import annotations

from pathlib import Path

import pytest

FIXTURES = Path(__file__).parent.parent / "fixtures"


@pytest.fixture(scope="session")
def fixture_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of the fixture round: read it, never change it."""
    from tests.building import build  # noqa: PLC0415 - most tests need none of it

    out = tmp_path_factory.mktemp("asr-2024-q1") / "bundle"
    build(FIXTURES / "asr-2024-q1" / "round.toml", out)
    return out

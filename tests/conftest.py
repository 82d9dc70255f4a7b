"""What all tests share: how hypothesis searches, and the bundle of the fixture round."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

FIXTURES = Path(__file__).parent.parent / "fixtures"

# No test asserts a time. Where CI is set the same examples come every time, so that a change is
# judged by what it changes; elsewhere every run looks at new ones.
settings.register_profile("asr", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("asr")


@pytest.fixture(scope="session")
def fixture_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of the fixture round: read it, never change it."""
    from tests.building import build  # noqa: PLC0415 - most tests need none of it

    out = tmp_path_factory.mktemp("asr-2024-q1") / "bundle"
    build(FIXTURES / "asr-2024-q1" / "round.toml", out)
    return out

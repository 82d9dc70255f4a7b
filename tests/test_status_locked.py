"""`asr status` while locked amounts are withdrawn bit by bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.claim_chain import deployed
from tests.claim_rounds import DAY, NOW, VESTING, Plan, amount_of, built

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chain.server import Server

LOCKED = 500_000  # base units, free evenly from the second day to the third
START = NOW + DAY


@pytest.mark.parametrize("plan", VESTING, ids=lambda plan: plan.program)
def test_status_counts_what_was_withdrawn_and_what_is_still_locked(
    folder: Path, server: Server, plan: Plan
) -> None:
    deployment = deployed(built(folder, plan), server)
    for number in (2, 3, 5):
        deployment.claimed(number)
    withdrawn = 0
    for seconds, number, free in (
        (DAY // 3, 3, 166_666),
        (DAY // 2, 2, 250_000),
        (DAY // 2, 3, 83_334),
        (DAY, 3, 250_000),
    ):
        deployment.wait_until(START + seconds)
        deployment.claimed(number)
        withdrawn += free
        (token,) = deployment.status_document()["tokens"]
        first = sum(map(amount_of, (2, 3, 5)))
        assert (str(first + withdrawn), str(3 * LOCKED - withdrawn)) == (
            token["claimed"],
            token["locked"],
        )
        assert [[], []] == [tree["findings"] for tree in token["trees"]]
    done = deployment.asr("status")
    assert 0 == done.code
    assert (
        "  0.750000 locked, of wallets that have claimed: paid as it is released\n" in done.stdout
    )

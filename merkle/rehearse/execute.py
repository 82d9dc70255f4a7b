"""One part from the empty machine to the last check; in whatever process is free."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from solders.pubkey import Pubkey

from merkle.rehearse.checks import check_distributor, check_wallets
from merkle.rehearse.claims import Claims
from merkle.rehearse.part import PartReport, Problems
from merkle.rehearse.scene import Scene, SceneError

if TYPE_CHECKING:
    from collections.abc import Callable

    from merkle.rehearse.part import Part


def execute(part: Part, tick: Callable[[int], None] | None = None) -> PartReport:
    """Make the claims of a part on a machine of its own; `tick` hears how many are made.

    Errors: AsrError where the machine can't be made.
    """
    start = time.process_time()
    scene = Scene(part)
    problems = Problems(part.symbol, part.number)
    claims = Claims(scene, problems)
    left = None
    try:
        created = scene.create()
        claims.run(tick)
        check_wallets(scene, claims.made, problems)
        left = check_distributor(scene, created, claims.made, problems)
    except SceneError as error:
        problems.add(error.step, error.outcome.refusal, logs=error.outcome.logs)
    return PartReport(
        symbol=part.symbol,
        number=part.number,
        first=int(part.places[0]),
        distributor=scene.distributor,
        asked=len(part.places),
        claims=len(claims.made),
        paid=sum(made.unlocked + made.vested for made in claims.made),
        vested=sum(made.vested for made in claims.made),
        forgeries=claims.forgeries,
        refused=claims.refused,
        off_curve=_off_curve(part),
        compute_units=np.array(claims.compute_units, np.uint32),
        sizes=np.array(claims.sizes, np.uint32),
        vault_left=left,
        seconds=time.process_time() - start,
        problems=problems.all(),
        more_problems=problems.more,
    )


def _off_curve(part: Part) -> int:
    """Count the claimants for whom nobody can have a private key."""
    return sum(not Pubkey(key.tobytes()).is_on_curve() for key in part.claimants)

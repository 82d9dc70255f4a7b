"""How much of a locked amount is free, as the programs reckon it: whole base units, cut off.

Source: state/claim_status.rs of master, asr, 2024, Kamino and Jito (merkle.program says which
        commits), amount_withdrawable and unlocked_amount: the same in all of them. Executed on
        Kamino's and Jito's mainnet builds.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Vesting:
    """A locked amount at one moment; it becomes free evenly from `starts` to `ends`.

    Units: base units; unix seconds.
    """

    locked: int  # of the leaf, more than 0
    withdrawn: int  # of it, at most all
    starts: int
    ends: int
    clawback: int  # from when on what is left may be taken back
    now: int

    @property
    def vested(self) -> int:
        """What has become free, whether withdrawn or not."""
        if self.now < self.starts:
            return 0
        if self.now >= self.ends:
            return self.locked
        return (self.now - self.starts) * self.locked // (self.ends - self.starts)

    @property
    def free(self) -> int:
        """What may be withdrawn; a clock that a node reads late makes it nothing, not less."""
        return max(self.vested - self.withdrawn, 0)

    @property
    def still_locked(self) -> int:
        """What is neither withdrawn nor free."""
        return self.locked - self.withdrawn - self.free

    @property
    def next_free(self) -> int:
        """When one base unit more is free than has become free; `ends`, where that is all."""
        next_unit = min(self.withdrawn + self.free + 1, self.locked)
        return self.starts - (-next_unit * (self.ends - self.starts) // self.locked)  # rounded up

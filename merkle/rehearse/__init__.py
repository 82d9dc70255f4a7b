"""Would it work? Every claim of a bundle, executed on a claim program before anything is deployed.

The programs run in a virtual machine within this process. The proofs are those in the bundle's
files, as wallets would get them; nothing is recomputed on the way.
"""

from merkle.rehearse.bundles import rehearse_bundle
from merkle.rehearse.choosing import Programs
from merkle.rehearse.part import Problem
from merkle.rehearse.report import Rehearsal, Spread, TokenReport, TreeReport

__all__ = [
    "Problem",
    "Programs",
    "Rehearsal",
    "Spread",
    "TokenReport",
    "TreeReport",
    "rehearse_bundle",
]

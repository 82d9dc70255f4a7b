"""Three round files that are right, for the tests to read and to break."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from allocation.round_file import load_round

if TYPE_CHECKING:
    from allocation.round import Round

JUP = "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN"
WEN = "WENWENvqqNya429ubCdR81ZmD69brwQaaBYY6p3LCpk"
FIRST = "CqMsFvvmzETwwa2tXMZ75aNvjc5xy7VamxYC5u7v1ScA"
TRIAL = "A37zp1811aYLd7uoXN78KG12csC9dycyJcK7dD3R22zo"
SIGNER = "EZjEbaSd1KrTUKHNGhyHj42PxnoK742aGaNNqb9Rcpgu"
LOCKER_BASE = "bJ1TRoFo2P6UHVwqdiipp6Qhp2HaaHpLowZ5LHet8Gm"

PER_PROPOSAL = f"""\
[round]
name = "ASR 2024 Q1"
method = "per-proposal"

[[tokens]]
symbol = "JUP"
mint = "{JUP}"
decimals = 6
pool = "50000000"
claim = "stake"

[[tokens]]
symbol = "WEN"
mint = "{WEN}"
decimals = 5
pool = "7500000.5"

[[proposals]]
id = "{FIRST}"
title = "A grant"
weight = "1"
total = "1000.5"

[[proposals]]
id = "{TRIAL}"
weight = "1/3"

[inputs]
votes = "votes.csv"
decimals = 6

[rules]
minimum_vote = "10"

[distributor]
base = "{SIGNER}"
locker_base = "{LOCKER_BASE}"
"""

TIME_WEIGHTED = f"""\
[round]
name = "ASR 2025 Q3"
method = "time-weighted"
start = 2025-07-01
end = 2025-10-01T00:00:00Z

[[tokens]]
symbol = "JUP"
mint = "{JUP}"
decimals = 6
pool = "50000000"

[inputs]
stake_events = "events.csv"
opening = "opening.csv"
opening_at = 1751241600
decimals = 6

[rules]
minimum_average = "50"
minimum_payout = "1"
maximum_payout = "1000"
"""

A_LIST = f"""\
[round]
name = "A list"
method = "list"

[[tokens]]
symbol = "JUP"
mint = "{JUP}"
decimals = 6

[inputs]
allocations = "list.csv"
"""


def load(text: str) -> Round:
    """Load a round file of this text, called round.toml."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "round.toml"
        path.write_bytes(text.encode())
        return load_round(path)

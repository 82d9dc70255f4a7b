"""A small round of votes, really built, whose inputs can be changed."""

from __future__ import annotations

from tests.audits import LIST, built_of

VOTES_ROUND = b"""\
[round]
name = "Two proposals"
method = "per-proposal"

[[tokens]]
symbol = "JUP"
mint = "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN"
decimals = 6
pool = "1000"
max_leaves_per_tree = 4
program = "none"

[[proposals]]
id = "one"
weight = "1"

[[proposals]]
id = "two"
weight = "1/3"

[inputs]
votes = "votes.csv"
exclude = "exclude.csv"
decimals = 6
"""
WALLETS = [line.split(",")[0] for line in LIST.decode().splitlines()[1:11]]
VOTES = "proposal,wallet,voting_power\n" + "".join(
    f"{proposal},{wallet},{at * 1_000_003 + 17}\n"
    for at, wallet in enumerate(WALLETS, 1)
    for proposal in ("one", "two")
)
FIRST_VOTE = f"one,{WALLETS[0]},1000020\n"
EXCLUDE = f"wallet,reason\n{WALLETS[9]},team\n"
INPUTS = {"votes.csv": VOTES.encode(), "exclude.csv": EXCLUDE.encode()}

VOTED = built_of(INPUTS, VOTES_ROUND)

"""`asr status`: who has claimed and who has not, by the records on chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from merkle import rpc
from merkle.cli.standing_view import percent
from merkle.rpc.standing import AT_ONCE, Watcher, standing_of_token
from tests.chain.building import make_tokens
from tests.chain.keys import SYSTEM
from tests.chain.server import QUICK
from tests.claim_chain import Deployment, deployed
from tests.claim_rounds import (
    JUP,
    PLANS,
    TRANSFER,
    WEN,
    Plan,
    amount_of,
    built,
    files_of,
    first_tree,
)
from tests.forging import replaced
from tests.plain_bundle import put, seal
from tests.test_cli import asr

if TYPE_CHECKING:
    from pathlib import Path

    from merkle.bundle.manifest import TokenEntry
    from merkle.rpc.claim_records import Leaf
    from tests.chain.server import Server

MANY = Plan(program="jito", claim="transfer", wallets=2 * AT_ONCE + 60, most=12_000)


def total(*numbers: int) -> int:
    return sum(amount_of(number) for number in numbers)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_status_follows_the_claims(folder: Path, server: Server, plan: Plan) -> None:
    deployment = deployed(built(folder, plan), server)
    whole = total(*range(1, 8)) + 7 * plan.locked
    for claimants in ([], [2, 5]):
        for number in claimants:
            deployment.claimed(number)
        (token,) = deployment.status_document()["tokens"]
        paid, locked = total(*claimants), len(claimants) * plan.locked
        assert (len(claimants), 7 - len(claimants), 0) == (
            token["claimed_wallets"],
            token["unclaimed_wallets"],
            token["unclear_wallets"],
        )
        assert (str(paid), str(locked), str(whole - paid - locked)) == (
            token["claimed"],
            token["locked"],
            token["unclaimed"],
        )
        assert [[], []] == [tree["findings"] for tree in token["trees"]]
    assert 0 == deployment.asr("status").code


def test_when_everybody_has_claimed_all_of_it_is_paid(folder: Path, server: Server) -> None:
    plan = Plan(program="jupiter-2024", claim="transfer")
    deployment = deployed(built(folder, plan), server)
    for number in range(1, 8):
        deployment.claimed(number)
    done = deployment.asr("status")
    assert 0 == done.code
    assert "  all         7          0  100.00  28.000000     0.000000  100.00" in done.stdout
    assert ["7", "28000000", "100.00"] == [
        str(deployment.status_document()["tokens"][0][name])
        for name in ("claimed_wallets", "claimed", "amount_percent")
    ]


def test_a_table_shows_each_tree_and_all_of_them(paying: Deployment) -> None:
    paying.claimed(3)
    done = paying.asr("status")
    assert (
        "JUP\n"
        "  tree  claimed  unclaimed      %      paid  not claimed      %\n"
        "  0           0          4   0.00  0.000000    21.000000   0.00\n"
        "  1           1          2  33.33  3.000000     7.000000  28.57\n"
        "  all         1          6  14.28  3.000000    28.000000   9.52\n"
        "  0.500000 locked, of wallets that have claimed: paid as it is released\n"
    ) == done.stdout.partition("\n\n")[2]


def test_the_chain_is_named_first(paying: Deployment) -> None:
    paying.server.node.genesis_hash = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"
    assert (
        f"network  mainnet-beta\nnode     {paying.server.url}\n"
        == paying.asr("status").stdout.partition("\n\n")[0] + "\n"
    )


def test_one_token_can_be_asked_for(folder: Path, server: Server) -> None:
    deployment = deployed(built(folder, Plan(second="jupiter-2024")), server)
    assert ["JUP", "WEN"] == [token["symbol"] for token in deployment.status_document()["tokens"]]
    (token,) = deployment.status_document("--token", "WEN")["tokens"]
    assert WEN == token["mint"]
    unknown = deployment.asr("status", "--token", "ZEUS")
    assert "the bundle has no token 'ZEUS'; it has JUP, WEN" in unknown.stderr


def test_progress_is_told_and_claims_made_meanwhile_are_no_contradiction(
    paying: Deployment,
) -> None:
    told: list[tuple[str, int, int]] = []

    def progress(stage: str, done: int, whole: int) -> None:
        if not told:
            paying.claimed(sorted(first_tree(paying.bundle.path))[0])
        told.append((stage, done, whole))

    client = rpc.connect(paying.server.url, limits=QUICK)
    token = paying.bundle.manifest.tokens[0]
    standing = standing_of_token([client], paying.bundle, token, Watcher(progress=progress))
    assert [("JUP: records of claims", 4, 7), ("JUP: records of claims", 7, 7)] == told
    first = standing.trees[0]
    assert first.standing is not None
    assert first.before is not None
    assert first.after is not None
    assert (0, 0, 1) == (first.standing.claimed_wallets, first.before.wallets, first.after.wallets)
    assert () == first.findings


def test_a_listener_that_fails_ends_the_questions(folder: Path, server: Server) -> None:
    deployment = deployed(built(folder, MANY), server)

    def unclaimed(token: TokenEntry, number: int, leaf: Leaf) -> None:
        raise OSError(token.symbol, number, leaf)

    client = rpc.connect(server.url, limits=QUICK)
    token = deployment.bundle.manifest.tokens[0]
    with pytest.raises(OSError, match="JUP"):
        standing_of_token([client], deployment.bundle, token, Watcher(unclaimed=unclaimed))


def test_lamports_at_the_place_of_a_record_are_no_claim(paying: Deployment) -> None:
    record = paying.accounts(1)["claim_record"]
    paying.chain.set_account(record, Account(890_880, b"", SYSTEM))
    (token,) = paying.status_document()["tokens"]
    assert (7, 0) == (token["unclaimed_wallets"], token["unclear_wallets"])


def test_a_bonus_is_shown_apart(folder: Path, server: Server) -> None:
    for plan in (TRANSFER, Plan(program="jupiter-2024", claim="transfer")):
        deployment = deployed(built(folder, plan), server, total_bonus=30_000_000)
        for tree in range(2):
            distributor = deployment.distributor(tree)
            make_tokens(server.chain, Pubkey.from_string(JUP), distributor, 10**9)
        deployment.claimed(4)
        done = deployment.asr("status")
        assert 0 == done.code, done.stdout
        (token,) = deployment.status_document()["tokens"]
        assert "4000000" == token["claimed"]
        assert 0 < int(token["bonus"])
        assert " of bonus paid on top" in done.stdout


def test_what_was_clawed_back_is_said(paying: Deployment) -> None:
    paying.write(paying.distributor(0), 339, b"\1")
    done = paying.asr("status")
    assert 0 == done.code
    assert "tree 0: clawed back, nothing can be claimed any more" in done.stdout
    (token,) = paying.status_document()["tokens"]
    assert [True, False] == [tree["clawed_back"] for tree in token["trees"]]


def test_a_bundle_whose_rows_are_not_those_of_its_root_is_refused(
    folder: Path, server: Server, tmp_path: Path
) -> None:
    bundle = built(folder, Plan(program="kamino", claim="transfer", locked=500_000))
    deployed(bundle, server)
    files = files_of(bundle)
    rows = files["JUP/allocations.csv"]
    first, last = (row.partition(b",")[0] for row in rows.split(b"\n")[1:3])
    swapped = rows.replace(first, b"?").replace(last, first).replace(b"?", last)
    forged = put(seal(files | {"JUP/allocations.csv": swapped}), tmp_path)
    done = asr("status", forged, "--rpc-url", server.url)
    assert (1, "") == (done.code, done.stdout)
    assert "JUP/allocations.csv: tree 0" in done.stderr


def test_a_manifest_that_contradicts_itself_is_refused(
    folder: Path, server: Server, tmp_path: Path
) -> None:
    bundle = built(folder, Plan())
    files = files_of(bundle)
    forged = put(replaced(files, "manifest.json", b'"wallets": 7', b'"wallets": 8'), tmp_path)
    done = asr("status", forged, "--rpc-url", server.url)
    assert (1, "") == (done.code, done.stdout)
    assert "manifest.json: tokens[0].wallets is 8" in done.stderr


def test_percents_are_cut_off_so_that_all_is_all() -> None:
    assert ["0.00", "99.99", "100.00", "-"] == [
        percent(0, 3),
        percent(2**64 - 1, 2**64),
        percent(3, 3),
        percent(0, 0),
    ]

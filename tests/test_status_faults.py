"""`asr status` against a chain that contradicts the bundle, and nodes that answer badly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from allocation.address import parse_address
from merkle import rpc
from merkle.rpc.standing import MOST_FINDINGS, Watcher, standing_of_token
from tests.chain.building import keypair
from tests.chain.faults import Body, Changed, ErrorObject, Reset, Status, result
from tests.chain.keys import JITO, JUPITER_2024, SYSTEM, TOKEN, claim_status_of
from tests.chain.server import QUICK, serving
from tests.claim_chain import deployed
from tests.claim_rounds import TRANSFER, Plan, built, rebuilt, wallet
from tests.test_cli import asr

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chain.faults import Fault
    from tests.chain.server import Server
    from tests.claim_chain import Deployment

MANY = Plan(program="jupiter-2024", claim="transfer", wallets=30, most=30)
ROOT, MINT, VAULT, CLOSABLE = 8, 40, 104, 340  # offsets in a distributor of jupiter


def trees(deployment: Deployment) -> tuple[dict[str, object], dict[str, object]]:
    """What status says of both trees; it has to end with 1."""
    (token,) = deployment.status_document()["tokens"]
    assert 1 == deployment.asr("status").code
    first, second = token["trees"]
    return first, second


def test_a_distributor_that_is_missing_is_one_line(paying: Deployment, tmp_path: Path) -> None:
    address = paying.distributor(1)
    paying.chain.set_account(address, Account(0, b"", SYSTEM))
    first, second = trees(paying)
    assert (None, 0) == (first["problem"], first["claimed_wallets"])
    problem = f"there is no distributor {address}: not created yet, or on another network"
    assert problem == second["problem"]
    assert "wallets" not in second
    done = paying.asr("status", "--csv", tmp_path / "unclaimed.csv")
    assert f"  tree 1: {problem}\n" in done.stdout
    assert "No CSV was written: not every wallet could be looked up." in done.stdout
    assert [] == list(tmp_path.iterdir())


def test_without_any_distributor_there_is_no_table(folder: Path) -> None:
    with serving() as server:
        done = asr("status", built(folder, TRANSFER), "--rpc-url", server.url)
    assert 1 == done.code
    assert "tree  claimed" not in done.stdout
    assert 2 == done.stdout.count("there is no distributor")


@pytest.mark.parametrize(
    ("offset", "said"),
    [(ROOT, "has the root 07"), (MINT, "pays the mint "), (VAULT, "pays from ")],
)
def test_a_distributor_of_something_else_is_one_line(
    paying: Deployment, offset: int, said: str
) -> None:
    address = paying.distributor(0)
    paying.write(address, offset, bytes([7]) * 32)
    first, _ = trees(paying)
    assert str(first["problem"]).startswith(f"the distributor {address} {said}")


def test_a_distributor_of_another_program_is_one_line(paying: Deployment) -> None:
    address = paying.distributor(0)
    paying.change(address, owner=JITO)
    first, _ = trees(paying)
    assert str(first["problem"]).startswith(f"the distributor {address} belongs to the program")


def test_a_distributor_of_another_form_is_one_line(paying: Deployment) -> None:
    paying.change(paying.distributor(0), data=bytes(447))
    first, _ = trees(paying)
    assert "447 bytes, not 448" in str(first["problem"])


def test_a_distributor_that_goes_away_meanwhile_is_one_line(paying: Deployment) -> None:
    client = rpc.connect(paying.server.url, limits=QUICK)

    def progress(*_: object) -> None:
        paying.chain.set_account(paying.distributor(0), Account(0, b"", SYSTEM))

    token = paying.bundle.manifest.tokens[0]
    standing = standing_of_token([client], paying.bundle, token, Watcher(progress=progress))
    assert standing.trees[0].problem.startswith("there is no distributor")
    assert not standing.is_whole


def test_a_distributor_too_small_for_its_tree_is_a_finding(folder: Path, server: Server) -> None:
    terms = {"max_num_nodes": 3, "max_total_claim": 5}
    first, second = trees(deployed(built(folder, TRANSFER), server, **terms))
    assert [
        "the distributor takes 3 claims at most, the tree has 4 wallets",
        "the distributor pays 0.000005 JUP at most, the tree gives 21.000000 JUP",
    ] == first["findings"]
    assert 1 == second["finding_count"]


@pytest.mark.parametrize(
    ("offset", "content", "said"),
    [
        (72, bytes(32), "its record is of another leaf: 11111111111111111111111111111111, 3.0"),
        (40, bytes([9]) * 32, "its record is of another distributor"),
        (
            120,
            bytes(8),
            "its record is of another leaf: 0.000000 JUP and 0.500000 JUP locked",
        ),
        (
            104,
            bytes(8),
            "its record is of another leaf: 3.000000 JUP and 0.000000 JUP locked",
        ),
        (
            112,
            b"\xff" * 8,
            "its record says 18,446,744,073,709.551615 JUP withdrawn of 0.5",
        ),
        (
            128,
            b"\1" + bytes(7),
            "its record says a bonus of 0.000001 JUP, and all bonuses are 0.0",
        ),
    ],
    ids=["claimant", "distributor", "unlocked", "locked", "withdrawn", "bonus"],
)
def test_a_record_that_contradicts_its_leaf_is_a_finding(
    paying: Deployment, offset: int, content: bytes, said: str
) -> None:
    paying.claimed(3)
    paying.write(paying.accounts(3)["claim_record"], offset, content)
    document = paying.status_document()["tokens"][0]
    (finding,) = [one for tree in document["trees"] for one in tree["findings"] if said in one]
    assert finding.startswith(f"{wallet(3)}: {said}")
    assert (1, 0) == (document["claimed_wallets"], document["unclear_wallets"])
    done = paying.asr("status")
    assert 1 == done.code
    assert ": the chain contradicts the bundle." in done.stdout


@pytest.mark.parametrize(
    ("data", "owner", "said"),
    [
        (bytes(160), JITO, f"belongs to the program {JITO}, not to DiS3"),
        (bytes(159), None, "159 bytes, not 160"),
        (bytes(500), None, "161 bytes, not 160"),
        (bytes(160), None, "it begins like an account of another type"),
    ],
    ids=["owner", "short", "long", "type"],
)
def test_what_is_no_record_is_a_finding_and_neither_claimed_nor_not(
    paying: Deployment, data: bytes, owner: Pubkey | None, said: str
) -> None:
    program = Pubkey(parse_address("DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R"))
    record = paying.accounts(3)["claim_record"]
    paying.chain.set_account(record, Account(10**7, data, owner or program))
    document = paying.status_document()["tokens"][0]
    (finding,) = [one for tree in document["trees"] for one in tree["findings"]]
    assert said in finding
    assert (0, 6, 1, "3500000") == (
        document["claimed_wallets"],
        document["unclaimed_wallets"],
        document["unclear_wallets"],
        document["unclear"],
    )
    assert "3.500000 of 1 wallet whose record is unreadable" in paying.asr("status").stdout


def test_records_that_were_closed_show_in_the_distributors_count(
    folder: Path, server: Server
) -> None:
    deployment = deployed(built(folder, TRANSFER), server, closable=True)
    deployment.claimed(3)
    gone = deployment.accounts(3)["claim_record"]
    deployment.chain.set_account(gone, Account(0, b"", SYSTEM))
    _, second = trees(deployment)
    slots = "(slots 435,888,000 to 435,888,000)"
    closed = "; it is closable: whose record was closed can claim again"
    own = f"by the distributor's own count {slots}{closed}"
    assert [
        f"0 wallets have claimed by their records, 1 {own}",
        f"0.000000 JUP are paid by their records, 3.000000 JUP {own}",
    ] == second["findings"]


def test_only_the_first_findings_are_listed_and_all_are_counted(
    folder: Path, server: Server
) -> None:
    deployment = deployed(built(folder, MANY), server)
    for number in range(1, 31):
        claimant, distributor = keypair(number).pubkey(), deployment.distributor(0)
        record = claim_status_of(JUPITER_2024, claimant, distributor)
        deployment.chain.set_account(record, Account(10**7, bytes(104), TOKEN))
    (token,) = deployment.status_document()["tokens"]
    (tree,) = token["trees"]
    assert (MOST_FINDINGS, 30) == (len(tree["findings"]), tree["finding_count"])
    assert f"tree 0: {30 - MOST_FINDINGS} more findings" in deployment.asr("status").stdout


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Body(b"<html>"), "an answer that is no JSON"),
        (Changed(lambda envelope: envelope | {"id": 99}), "to another question"),
        (result(lambda answer: answer | {"value": []}), "getMultipleAccounts"),
        (result(lambda answer: answer | {"value": [1] * len(answer["value"])}), "getMultiple"),
        (ErrorObject(-32602, "Too many inputs"), "the node refuses: Too many inputs"),
        (Status(403), "HTTP 403"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
@pytest.mark.parametrize("answers_before", [0, 1], ids=["distributor", "records"])
def test_a_node_that_answers_badly_ends_it_in_one_line(
    paying: Deployment, tmp_path: Path, answers_before: int, fault: Fault, said: str
) -> None:
    paying.server.fail(result(lambda it: it), times=answers_before, method="getMultipleAccounts")
    paying.server.fail(fault, method="getMultipleAccounts")
    done = paying.asr("status", "--csv", tmp_path / "unclaimed.csv")
    assert (1, "") == (done.code, done.stdout)
    assert said in done.stderr
    assert 1 == done.stderr.count("\n")
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("fault", [Status(429), Status(503), Reset()], ids=repr)
def test_a_busy_node_is_asked_again_and_a_dead_one_given_up(
    paying: Deployment, fault: Fault
) -> None:
    token = paying.bundle.manifest.tokens[0]
    client = rpc.connect(paying.server.url, limits=QUICK)
    paying.server.fail(fault, times=2)
    assert standing_of_token([client], paying.bundle, token, Watcher()).is_sound
    paying.server.fail(fault, times=3)
    with pytest.raises(rpc.UnreachableError):
        standing_of_token([client], paying.bundle, token, Watcher())


def test_where_nobody_listens_one_line_says_so(folder: Path) -> None:
    done = asr("status", built(folder, TRANSFER), "--rpc-url", "ftp://nowhere")
    assert (1, "") == (done.code, done.stdout)
    assert "the URL begins with neither http:// nor https://" in done.stderr


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({'"jupiter"': '"none"'}, "it has no program"),
        ({"\nbase = ": "\n# base = "}, "it has no distributor address"),
    ],
)
def test_what_no_chain_pays_is_one_line(
    tmp_path: Path, server: Server, changes: dict[str, str], said: str
) -> None:
    bundle = rebuilt(tmp_path, TRANSFER, changes)
    done = asr("status", bundle, "--rpc-url", server.url)
    assert 1 == done.code
    assert f"JUP\n  {said}" in done.stdout

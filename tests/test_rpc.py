"""Every call of merkle.rpc against a node over real HTTP on loopback, as an honest node answers."""

from __future__ import annotations

import pytest
from solders.account import Account as ChainAccount
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer

from allocation.address import Address
from merkle import rpc
from tests.chain.building import SOL, keypair, set_time, signed
from tests.chain.faults import ErrorObject, result
from tests.chain.keys import JUPITER
from tests.chain.server import QUICK, Server, serving

MAINNET = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"


def key(number: int) -> Address:
    return Address(number.to_bytes(32, "big"))


def stored(server: Server, number: int, content: bytes) -> Address:
    owner = ChainAccount(SOL, content, JUPITER)
    server.chain.set_account(Pubkey(key(number)), owner)
    return key(number)


def test_an_account_comes_with_its_owner(server: Server, client: rpc.Client) -> None:
    address = stored(server, 1, b"\0\1\2")
    expected = rpc.Account(
        lamports=SOL, owner=Address(bytes(JUPITER)), data=b"\0\1\2", executable=False
    )
    assert expected == rpc.account(client, address)


def test_an_account_that_does_not_exist_is_none(client: rpc.Client) -> None:
    assert rpc.account(client, key(1)) is None


def test_accounts_come_in_the_order_of_their_keys(server: Server, client: rpc.Client) -> None:
    keys = [stored(server, number, bytes([number])) for number in (3, 1, 2)]
    found = rpc.accounts(client, [*keys, key(9)]).accounts
    assert [b"\3", b"\1", b"\2", None] == [it.data if it else None for it in found]


def test_more_than_100_keys_take_several_calls(server: Server, client: rpc.Client) -> None:
    keys = [stored(server, number, bytes([number])) for number in range(1, 251)]
    steps: list[int] = []
    found = rpc.accounts(client, keys, progress=steps.append).accounts
    assert [bytes([number]) for number in range(1, 251)] == [it.data for it in found if it]
    assert [100, 100, 50] == steps
    assert 3 == server.calls["getMultipleAccounts"]


def test_the_slot_of_several_calls_is_the_lowest(server: Server, client: rpc.Client) -> None:
    set_time(server.chain, 0, slot=70)
    change = result(lambda it: it | {"context": {"slot": 60}})
    server.fail(change, method="getMultipleAccounts")
    assert 60 == rpc.accounts(client, [key(number) for number in range(150)]).slot


def test_no_keys_ask_nothing(server: Server, client: rpc.Client) -> None:
    assert rpc.Accounts(slot=0, accounts=()) == rpc.accounts(client, [])
    assert 0 == server.calls.total()


def test_a_part_of_the_data_is_asked_for(server: Server, client: rpc.Client) -> None:
    address = stored(server, 1, bytes(range(50)))
    part = rpc.DataSlice(offset=8, length=4)
    (found,) = rpc.accounts(client, [address], part=part).accounts
    assert found is not None
    assert bytes([8, 9, 10, 11]) == found.data


@pytest.mark.parametrize(
    ("genesis_hash", "name"),
    [
        (MAINNET, "mainnet-beta"),
        ("EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG", "devnet"),
        ("4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY", "testnet"),
        ("11111111111111111111111111111112", "unknown"),
    ],
)
def test_a_network_is_told_by_its_genesis_hash(
    server: Server, client: rpc.Client, genesis_hash: str, name: str
) -> None:
    server.node.genesis_hash = genesis_hash
    network = rpc.network(client)
    assert (genesis_hash, name) == (network.genesis_hash, network.name)


def test_a_blockhash_says_how_long_it_lasts(server: Server, client: rpc.Client) -> None:
    server.node.block_height = 2_000
    blockhash = rpc.latest_blockhash(client)
    assert bytes(server.chain.latest_blockhash()) == blockhash.hash
    assert 2_150 == blockhash.last_valid_block_height


def test_the_clock_is_the_one_the_programs_read(server: Server, client: rpc.Client) -> None:
    set_time(server.chain, 1_740_000_000, slot=77)
    assert rpc.Clock(slot=77, epoch=0, unix_timestamp=1_740_000_000) == rpc.clock(client)


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (-32601, "use a node that offers this method"),
        (-32011, "use a node that keeps the history of transactions"),
        (-32000, "ask your provider what that means"),
    ],
)
def test_a_refusal_says_what_to_do(
    server: Server, client: rpc.Client, code: int, remedy: str
) -> None:
    server.fail(ErrorObject(code, "no"))
    with pytest.raises(rpc.NodeError, match=f"no \\(code {code}\\); {remedy}"):
        rpc.network(client)


def test_the_commitment_of_the_client_is_asked_for(server: Server) -> None:
    rpc.latest_blockhash(rpc.connect(server.url, commitment="finalized"))
    assert [{"commitment": "finalized"}] == server.questions[-1]["params"]


def test_a_plain_vm_is_served_as_well() -> None:
    vm, payer = LiteSVM(), keypair(1).pubkey()
    vm.airdrop(payer, SOL)
    step = transfer(
        TransferParams(from_pubkey=payer, to_pubkey=keypair(2).pubkey(), lamports=SOL // 2)
    )
    transaction = signed(vm, [step], [keypair(1)])
    with serving(vm) as server:
        client = rpc.connect(server.url, limits=QUICK)
        assert rpc.simulate_transaction(client, bytes(transaction)).error is None
        signature = rpc.send_transaction(client, bytes(transaction))
        assert str(transaction.signatures[0]) == signature

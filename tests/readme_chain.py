"""A chain for README's sessions: what they have built and planned stands on it.

ASR #1: 700 wallets have claimed their JUP; claims of WEN begin three days after the chain's clock.
Q3 2025: as planned in `plan.json`, but one bit of the root is another.
"""

from __future__ import annotations

import csv
import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from solders.account import Account
from solders.pubkey import Pubkey

from allocation.units import parse_tokens
from tests.chain.building import make_mint, make_tokens, set_time
from tests.chain.keys import SYSTEM, claim_status_of, u64le
from tests.chain.keys import VOTER as VOTER_PROGRAM
from tests.chain.layouts import LOCKER
from tests.chain.model import ModelChain
from tests.chain.variants import VARIANTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.chain.layouts import Record

NOW: Final = 1_735_689_600  # 2025-01-01
OPENING: Final = 1_735_948_800  # 2025-01-04
SLOT: Final = 311_000_000
BY_TIME: Final = 1  # an activation_type
CLAIMED: Final = 700
BIT: Final = 1 << 248  # of a root: the last one of its first byte
VOTER: Final = "7P2pW7eVhLbJb686ESffN9sbi51JwscgXyhBNEb7d7yz"
SOL: Final = 10**9
ADMIN: Final = "4RKmt1UdatwmF8ebxL9cfTc6gs3JcNp42aVCsSmk9R6N"
CLAWBACK: Final = 1_780_272_000  # 2026-06-01
TIMES: Final = {
    "start_ts": CLAWBACK - 86_401,
    "end_ts": CLAWBACK - 86_400,
    "clawback_start_ts": CLAWBACK,
}


def chain_of(project: Path) -> ModelChain:
    """Put what README's sessions made in `project` on a chain in memory."""
    chain = ModelChain()
    set_time(chain, NOW, slot=SLOT)
    bundle = project / ".out" / "asr-2024-q1"
    jup, wen = json.loads((bundle / "manifest.json").read_bytes())["tokens"][:2]
    with (bundle / "JUP" / "allocations.csv").open(encoding="utf-8") as rows:
        claims = {
            Pubkey.from_string(row["pubkey"]): parse_tokens(row["amount"], jup["decimals"])
            for row in islice(csv.DictReader(rows), CLAIMED)
        }
    _deploy(chain, jup, {"num_nodes_claimed": len(claims)}, paid=sum(claims.values()))
    for wallet, amount in claims.items():
        _claim(chain, jup, wallet, amount)
    _deploy(chain, wen, {"activation_type": BY_TIME, "activation_point": OPENING})
    (planned,) = json.loads((project / "plan.json").read_bytes())["tokens"]
    (tree,) = planned["trees"]
    tree["root"] = f"{int(tree['root'], 16) ^ BIT:064x}"
    _deploy(chain, planned | {"base": tree["base"]}, tree)
    locker = _filled(LOCKER.empty(), {"token_mint": planned["mint"]})
    _put(chain, Pubkey.from_string(tree["locker"]), VOTER_PROGRAM, locker)
    chain.set_account(Pubkey.from_string(VOTER), Account(SOL, b"", SYSTEM))
    return chain


def _deploy(
    chain: ModelChain, token: Mapping[str, Any], given: Mapping[str, Any], *, paid: int = 0
) -> None:
    """Put there the mint, the clawback account, the one distributor of a token, and its vault."""
    variant = VARIANTS[token["program"]]
    (tree,) = token["trees"]
    admin, base, mint, distributor = (
        Pubkey.from_string(text)
        for text in (ADMIN, token["base"], token["mint"], tree["distributor"])
    )
    total, version = int(tree["max_total_claim"]), int(tree["version"])
    make_mint(chain, mint, decimals=token["decimals"])
    seeds = [b"MerkleDistributor", bytes(base), bytes(mint), u64le(version)]
    values = {
        **TIMES,
        **given,
        "bump": Pubkey.find_program_address(seeds, variant.program)[1],
        "root": Pubkey(bytes.fromhex(tree["root"])),
        "mint": mint,
        "base": base,
        "token_vault": make_tokens(chain, mint, distributor, total - paid),
        "clawback_receiver": make_tokens(chain, mint, admin),
        "admin": admin,
        "version": version,
        "max_total_claim": total,
        "max_num_nodes": tree["max_num_nodes"],
        "total_amount_claimed": paid,
    }
    _put(chain, distributor, variant.program, _filled(variant.distributor.empty(), values))


def _claim(chain: ModelChain, token: Mapping[str, Any], wallet: Pubkey, amount: int) -> None:
    """Put there the record of a claim."""
    variant = VARIANTS[token["program"]]
    distributor = Pubkey.from_string(token["trees"][0]["distributor"])
    values = {"claimant": wallet, "unlocked_amount": amount}
    record = _filled(variant.claim_status.empty(), values)
    _put(chain, claim_status_of(variant.program, wallet, distributor), variant.program, record)


def _filled(record: Record, values: Mapping[str, Any]) -> bytes:
    """Give each field of an account its value; a field without one is 0."""
    for name in record.numbers:
        record.numbers[name] = int(values.get(name, 0))
    for name in record.keys:
        key = values.get(name, Pubkey(bytes(32)))
        record.keys[name] = Pubkey.from_string(key) if isinstance(key, str) else key
    return bytes(record)


def _put(chain: ModelChain, address: Pubkey, program: Pubkey, data: bytes) -> None:
    rent = chain.minimum_balance_for_rent_exemption(len(data))
    chain.set_account(address, Account(rent, data, program))

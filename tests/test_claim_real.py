"""A real claim-and-stake is made again from claimant, amount and proof.

It stands unsigned in the tests of a wallet's library: CLAIM_PROGRAM.md section 9.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

from solders.message import Message

from allocation.address import format_address, parse_address
from merkle.claim.instructions import WalletClaim, claim_accounts, claim_instruction
from merkle.leaf import JUPITER, leaf_hash
from merkle.program import PROFILES
from merkle.program.addresses import locker_address
from merkle.program.instructions_system import compute_limit, compute_price
from merkle.program.transactions import UnsignedTransaction, unsigned
from merkle.proof import fold
from tests.distributions import JUP, shared
from tests.plain_programs import ASSOCIATED, BUDGET, SYSTEM, TOKEN, VOTER, plain_address

if TYPE_CHECKING:
    from allocation.address import Address

PROGRAM = "DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R"
CLAIMANT = "4RKmt1UdatwmF8ebxL9cfTc6gs3JcNp42aVCsSmk9R6N"
DISTRIBUTOR = "7oyR7WyENjzU3GCnLFFmeSHHDD9wFybpqLfCXPZQEsS5"
LOCKER_BASE = "bJ1TRoFo2P6UHVwqdiipp6Qhp2HaaHpLowZ5LHet8Gm"
LOCKER = "CVMdMd79no569tjc5Sq7kzz8isbfCcFyBS5TLGsrZ5dN"
WRITABLE, SIGNS, BOTH, READ = "W", "S", "WS", ""


def real() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shared("vectors/real_claim_and_stake.json"))
    return found


def siblings() -> tuple[bytes, ...]:
    return tuple(map(bytes, real()["claim"][0]["proof"]))


def the_claim() -> WalletClaim:
    return WalletClaim(
        profile=PROFILES["jupiter"],
        distributor=parse_address(real()["claim"][0]["merkle_tree"]),
        mint=JUP,
        claim="stake",
        claimant=parse_address(real()["claimant"]),
        unlocked=real()["claim"][0]["amount"],
        locked=real()["claim"][0]["locked_amount"],
        siblings=siblings(),
        locker=locker_address(parse_address(LOCKER_BASE)),
    )


def the_transaction() -> UnsignedTransaction:
    claim = the_claim()
    instruction = claim_instruction(claim, claim_accounts(claim))
    budget = [compute_limit(150_000), compute_price(1)]
    return unsigned([instruction, *budget], claim.claimant)


def token_account(owner: Address) -> str:
    return format_address(plain_address(ASSOCIATED, owner, parse_address(TOKEN), JUP))


def test_every_account_stands_in_its_place_with_its_role() -> None:
    claimant, distributor = parse_address(CLAIMANT), parse_address(DISTRIBUTOR)
    escrow = plain_address(VOTER, b"Escrow", parse_address(LOCKER), claimant)
    status = plain_address(PROGRAM, b"ClaimStatus", claimant, distributor)
    expected = [
        (DISTRIBUTOR, WRITABLE),
        (format_address(status), WRITABLE),
        (token_account(distributor), WRITABLE),
        (CLAIMANT, BOTH),
        (CLAIMANT, SIGNS),  # in the operator's place
        (TOKEN, READ),
        (SYSTEM, READ),
        (VOTER, READ),
        (LOCKER, WRITABLE),
        (format_address(escrow), WRITABLE),
        (token_account(escrow), WRITABLE),
    ]
    claim = the_claim()
    metas = claim_instruction(claim, claim_accounts(claim)).accounts
    assert expected == [
        (str(meta.pubkey), "W" * meta.is_writable + "S" * meta.is_signer) for meta in metas
    ]


def test_the_data_are_amounts_and_14_hashes() -> None:
    claim = the_claim()
    instruction = claim_instruction(claim, claim_accounts(claim))
    head = bytes.fromhex("326ff27633fa8dbb") + struct.pack("<QQI", 19_111_385, 0, 14)
    assert PROGRAM == str(instruction.program_id)
    assert head + b"".join(siblings()) == bytes(instruction.data)


def test_the_transaction_has_997_bytes_and_one_signature() -> None:
    made = the_transaction()
    assert 997 == made.size
    assert CLAIMANT == format_address(made.signers[0])
    assert 1 == len(made.signers)


def test_its_message_begins_with_the_payer_and_what_may_change() -> None:
    message = Message.from_bytes(the_transaction().content[65:])
    assert (1, 0, 5) == (
        message.header.num_required_signatures,
        message.header.num_readonly_signed_accounts,
        message.header.num_readonly_unsigned_accounts,
    )
    keys = [str(key) for key in message.account_keys]
    assert CLAIMANT == keys[0]
    assert {PROGRAM, TOKEN, SYSTEM, VOTER, BUDGET} == set(keys[-5:])
    assert 12 == len(keys)


def test_the_proof_leads_to_its_root_and_pairs_a_node_with_itself() -> None:
    claim = the_claim()
    leaf = leaf_hash(JUPITER, claim.mint, claim.claimant, claim.unlocked, claim.locked)
    assert real()["root_the_proof_folds_to"] == fold(leaf, claim.siblings, "sha256").hex()
    folded = fold(leaf, claim.siblings[:12], "sha256")
    assert folded == claim.siblings[12]

"""One proof from anywhere: a line of ours, an API's answer, a file that somebody kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

from allocation.address import Address, AddressError, format_address, parse_address
from allocation.errors import AsrError, BadValueError
from allocation.units import U64_MAX, BaseUnits, parse_base_units
from merkle.bundle.findings import quoted
from merkle.bundle.strict_json import read_json
from merkle.hashing import HASH_BYTES
from merkle.leaf import JUPITER, leaf_hash
from merkle.proof import fold

if TYPE_CHECKING:
    from merkle.leaf import LeafFormat

_HEX: Final = re.compile("(?:0x)?([0-9a-fA-F]{64})")


class ProofError(AsrError):
    """A proof does not hold, or is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleProof:
    """Whose proof it is and what it says.

    Units: base units.
    """

    wallet: Address
    unlocked: BaseUnits
    locked: BaseUnits
    siblings: tuple[bytes, ...]


def parse_root(text: str) -> bytes:
    """Read 32 bytes in hexadecimal, with or without 0x, or in base58.

    Errors: ProofError.
    """
    return _read_node("the root", text)


def verify_proof(
    content: bytes,
    root: bytes,
    wallet: Address | None = None,
    *,
    leaf_format: LeafFormat = JUPITER,
    mint: Address | None = None,
) -> SingleProof:
    """Return the proof that leads to `root`.

    `content` is JSON: an object by wallet (as in our files, or one line of them); an answer with
    `amount`, `locked_amount` and `proof`, whose wallet has to be given; or an answer with a list
    of those in `claim`, where those of `mint` count, or all. Amounts are numbers or text, siblings
    lists of numbers, hexadecimal or base58.

    Errors: ProofError saying why nothing leads to the root.
    """
    if leaf_format.binds_mint and mint is None:
        raise ProofError(f"a {leaf_format.name} leaf holds its mint; say which it is")
    problems = []
    for place, owner, fields in _claims(_read(content), wallet, mint):
        proof = _read_proof(place, owner, fields)
        reached = _fold(proof, leaf_format, mint)
        if reached == root:
            return proof
        problems.append(
            f"{place}: {len(proof.siblings)} siblings lead to {reached.hex()}, not to the root "
            f"{root.hex()}: wallet, amounts, proof or root is another one"
        )
    raise ProofError("\n".join(problems))


_Claim: TypeAlias = "tuple[str, Address, dict[str, object]]"
"""Where it stands, whose it is, and what it says."""


def _read(content: bytes) -> dict[str, object]:
    """Read a JSON object, or the one member of it that a line of a tree file is."""
    stripped = content.strip()
    if stripped.startswith(b'"'):
        stripped = b"{%b}" % stripped.removesuffix(b",")
    try:
        value = read_json(stripped)
    except ValueError as error:
        raise ProofError(f"the proof is no JSON: {error}") from error
    return _object("the proof", value)


def _claims(
    document: dict[str, object], wallet: Address | None, mint: Address | None
) -> list[_Claim]:
    if "proof" in document:
        return [("the proof", _needed(wallet), document)]
    if "claim" in document:
        return _claims_of_answer(document["claim"], _needed(wallet), mint)
    return [_claim_of_wallet(document, wallet)]


def _claims_of_answer(value: object, wallet: Address, mint: Address | None) -> list[_Claim]:
    if not isinstance(value, list):
        _refuse("claim", "is no list")
    claims = [
        (f"claim[{at}]", wallet, _object(f"claim[{at}]", entry)) for at, entry in enumerate(value)
    ]
    wanted = None if mint is None else format_address(mint)
    of_mint = [claim for claim in claims if wanted in (None, claim[2].get("mint", wanted))]
    if not of_mint:
        _refuse("claim", "is empty: nothing to claim" if not claims else f"has nothing of {wanted}")
    return of_mint


def _claim_of_wallet(document: dict[str, object], wallet: Address | None) -> _Claim:
    """Take the wallet that is asked for, or the only one."""
    if wallet is None:
        if len(document) != 1:
            _refuse("the proof", f"is of {len(document):,} wallets; say which one is meant")
        (text,) = document
        wallet = _address(text)
    text = format_address(wallet)
    if text not in document:
        _refuse("the proof", f"is of {len(document):,} other wallets, not of {text}")
    return text, wallet, _object(text, document[text])


def _read_proof(place: str, wallet: Address, fields: dict[str, object]) -> SingleProof:
    siblings = fields.get("proof")
    if not isinstance(siblings, list):
        _refuse(place, "has no list of siblings in proof")
    return SingleProof(
        wallet=wallet,
        unlocked=_amount(f"{place}: amount", fields.get("amount")),
        locked=_amount(f"{place}: locked_amount", fields.get("locked_amount", 0)),
        siblings=tuple(
            _read_node(f"{place}: proof[{at}]", sibling) for at, sibling in enumerate(siblings)
        ),
    )


def _amount(place: str, value: object) -> BaseUnits:
    if type(value) is int and 0 <= value <= U64_MAX:  # True is an int to Python
        return BaseUnits(value)
    if not isinstance(value, str):
        _refuse(place, f"is {quoted(value)}, not base units from 0 to 2^64 - 1")
    try:
        return parse_base_units(value)
    except BadValueError as error:
        _refuse(place, f"is {quoted(value)}: {error}")


def _read_node(place: str, value: object) -> bytes:
    if isinstance(value, list):
        return _node_of_numbers(place, value)
    if not isinstance(value, str):
        _refuse(place, f"is {quoted(value)}, not 32 bytes as numbers, hexadecimal or base58")
    in_hex = _HEX.fullmatch(value)
    if in_hex:
        return bytes.fromhex(in_hex[1])
    try:
        return parse_address(value)
    except AddressError as error:
        _refuse(place, f"is {quoted(value)}, neither hexadecimal nor base58: {error.problem}")


def _node_of_numbers(place: str, numbers: list[object]) -> bytes:
    if len(numbers) != HASH_BYTES:
        _refuse(place, f"has {len(numbers)} bytes, not {HASH_BYTES}")
    node = bytearray()
    for number in numbers:
        if type(number) is not int or number not in range(256):
            _refuse(place, f"has {quoted(number)}, which is no byte")
        node.append(number)
    return bytes(node)


def _fold(proof: SingleProof, leaf_format: LeafFormat, mint: Address | None) -> bytes:
    no_mint = Address(b"")
    leaf = leaf_hash(leaf_format, mint or no_mint, proof.wallet, proof.unlocked, proof.locked)
    return fold(leaf, proof.siblings, leaf_format.hash_name)


def _needed(wallet: Address | None) -> Address:
    if wallet is None:
        raise ProofError("the proof does not say whose it is; give the wallet")
    return wallet


def _address(text: str) -> Address:
    try:
        return parse_address(text)
    except AddressError as error:
        _refuse("the proof", f"has the key {quoted(text)}, which is no wallet: {error.problem}")


def _object(place: str, value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        _refuse(place, "is no object")
    return value


def _refuse(place: str, problem: str) -> NoReturn:
    raise ProofError(f"{place} {problem}")

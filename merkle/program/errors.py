"""What went wrong, in plain words: errors of this package and those that a program reports."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from allocation.address import Address, AddressError, format_address, parse_address
from allocation.errors import AsrError
from merkle.program.error_codes import (
    ANCHOR_CODES,
    ASSOCIATED_TOKEN_CODES,
    DISTRIBUTOR_CODES,
    SYSTEM_CODES,
    TOKEN_CODES,
    TRANSACTION_WORDS,
    VOTER_CODES,
)
from merkle.program.ids import (
    ASSOCIATED_TOKEN_PROGRAM,
    COMPUTE_BUDGET_PROGRAM,
    LOCKED_VOTER,
    SYSTEM_PROGRAM,
    TOKEN_PROGRAM,
)
from merkle.program.profiles import PROFILES, Profile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from merkle.program.error_codes import Codes

SHOWN_CHARACTERS: Final = 100  # of a reason that a node reports in its own words


class ProgramError(AsrError):
    """A program cannot do what is asked of it, or its bytes are not what they have to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Which program failed and why."""

    program: str  # our name for it, or its address
    code: int | None  # None: it failed without a code of its own
    name: str  # as in its source, or the node's own words
    words: str  # what that means

    def __str__(self) -> str:
        code = "" if self.code is None else f" {self.code}"
        return f"{self.program}: {self.name}{code}: {self.words}"


def failure_of(program_id: Address, code: int, profile: Profile | None = None) -> Failure:
    """Name the error that a program reports by its number.

    `profile` says which claim program it is that runs under an id of its own.
    """
    name, codes = _program(program_id, profile)
    known = codes.get(code)
    if known is None and program_id not in _OTHERS:
        known = ANCHOR_CODES.get(code)
    label, words = known or ("error", "not an error that this tool knows; see the program's source")
    return Failure(program=name, code=code, name=label, words=words)


def failure_in(logs: Iterable[str], profile: Profile | None = None) -> Failure | None:
    """Name the failure that a transaction's log reports; None where nothing failed.

    The first program that fails is the one that is to blame: its callers fail with its code, which
    means something else among theirs.
    """
    for line in logs:
        match = _FAILED.match(line)
        if match:
            return _failure(match[1], match[2], profile)
    return None


def failure_at(program_id: Address, code: int, profile: Profile | None = None) -> Failure:
    """Name the error of an instruction whose log nobody has.

    Its number may be that of a program that the instruction's own has called: such numbers are
    below those that Anchor gives.
    """
    name, _ = _program(program_id, profile)
    calls_others = program_id == ASSOCIATED_TOKEN_PROGRAM or program_id not in _OTHERS
    if calls_others and code < min(ANCHOR_CODES):
        words = "of the program, or of one that it calls; no log is there to tell"
        return Failure(program=name, code=code, name="error", words=words)
    return failure_of(program_id, code, profile)


def explained(reason: str) -> str:
    """Add plain words to the reason why a transaction was not executed, where it is known."""
    known = (words for name, words in TRANSACTION_WORDS.items() if name in reason)
    return ": ".join([reason, *known])


_FAILED: Final = re.compile(r"Program ([1-9A-HJ-NP-Za-km-z]{32,44}) failed: (.*)", re.DOTALL)
_CUSTOM: Final = re.compile("custom program error: 0x([0-9a-fA-F]{1,8})")

_OTHERS: Final[dict[Address, tuple[str, Codes]]] = {
    SYSTEM_PROGRAM: ("system program", SYSTEM_CODES),
    TOKEN_PROGRAM: ("SPL Token", TOKEN_CODES),
    ASSOCIATED_TOKEN_PROGRAM: ("associated token program", ASSOCIATED_TOKEN_CODES),
    COMPUTE_BUDGET_PROGRAM: ("compute budget", {}),
}
"""Programs that Anchor did not make: their numbers are their own from 0 on."""

_REASONS: Final = (
    (
        "panicked",
        "the program stopped; where claims need an operator, its signature is missing",
    ),
    ("exceeded CUs", "the compute limit is too low; raise it"),
    ("insufficient", "too little SOL; pay some in"),
    ("missing required signature", "a signature is missing"),
    (
        "Provided owner is not allowed",
        "something stands already where a token account was to be made",
    ),
)


def _failure(program: str, reason: str, profile: Profile | None) -> Failure:
    try:
        program_id = parse_address(program)
    except AddressError:
        program_id = Address(b"")
    custom = _CUSTOM.fullmatch(reason.strip())
    if custom and program_id:
        return failure_of(program_id, int(custom[1], 16), profile)
    name = _program(program_id, profile)[0] if program_id else program
    words = next((words for part, words in _REASONS if part in reason), "see the log")
    shown = reason.strip()[:SHOWN_CHARACTERS]
    return Failure(
        program=name,
        code=None,
        name=shown if shown.isprintable() else ascii(shown),
        words=words,
    )


def _program(program_id: Address, profile: Profile | None) -> tuple[str, Codes]:
    """Return how a program is called here, and its errors."""
    if profile is not None and program_id == profile.program_id:
        return profile.name, DISTRIBUTOR_CODES[profile.name]
    for other in PROFILES.values():
        if program_id == other.program_id:
            return other.name, DISTRIBUTOR_CODES[other.name]
    if program_id == LOCKED_VOTER:
        return "locked_voter", VOTER_CODES
    return _OTHERS.get(program_id, (format_address(program_id), {}))

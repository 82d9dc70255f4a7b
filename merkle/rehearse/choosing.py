"""What is rehearsed on which program, and how each token's claims are executed there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from allocation.errors import AsrError
from allocation.round import NO_PROGRAM
from merkle.bundle.findings import BundleError
from merkle.bundle.layout import ROUND
from merkle.bundle.sound import chosen, read_round
from merkle.leaf import JUPITER
from merkle.program import PROFILES
from merkle.program.ids import LOCKED_VOTER
from merkle.rehearse.machine import LoadedProgram, virtual_machine
from merkle.rehearse.part import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from allocation.address import Address
    from merkle.bundle.manifest import TokenEntry
    from merkle.bundle.read import Bundle
    from merkle.program import Profile
    from merkle.rehearse.machine import Machine
    from merkle.rehearse.part import Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """What claims are executed on: the bytes of ELF files, and how a machine is made of them."""

    claim: bytes
    profile: str | None = None  # which program it is; None: the one that the bundle is for
    voter: bytes | None = None
    make_machine: Callable[[Sequence[LoadedProgram]], Machine] = virtual_machine
    """Importable by its name, so that other processes find it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is executed, token by token."""

    profile: Profile
    claim: LoadedProgram
    voter: LoadedProgram | None  # None where nothing is staked
    tokens: tuple[tuple[TokenEntry, Target], ...]


def make_plan(bundle: Bundle, programs: Programs, symbol: str | None) -> Plan:
    """Decide how each token is claimed.

    Errors: AsrError for a token that the bundle has not, and for what the program can't do or
            needs another file for.
    """
    tokens = _chosen(bundle, symbol)
    profile = _profile(tokens, programs)
    ways = {token.symbol: _way(token, profile, programs) for token in tokens}
    stakes = any(way != "transfer" for way in ways.values())
    claim = LoadedProgram(name=profile.name, address=profile.program_id, elf=programs.claim)
    voter = None
    if stakes and programs.voter is not None:
        voter = LoadedProgram(name="locked_voter", address=LOCKED_VOTER, elf=programs.voter)
    loaded = [claim] if voter is None else [claim, voter]
    programs.make_machine(loaded)  # a file that is no program is refused before any work
    lockers = _locker_bases(bundle) if stakes else {}
    targets = [
        Target(
            profile=profile,
            way=ways[token.symbol],
            make_machine=partial(programs.make_machine, loaded),
            mint=token.mint,
            decimals=token.decimals,
            base=token.base,
            locker_base=_locker_base(token, ways[token.symbol], lockers),
        )
        for token in tokens
    ]
    return Plan(
        profile=profile,
        claim=claim,
        voter=voter,
        tokens=tuple(zip(tokens, targets, strict=True)),
    )


def _chosen(bundle: Bundle, symbol: str | None) -> list[TokenEntry]:
    tokens = chosen(bundle.manifest.tokens, symbol)
    for token in tokens:
        if token.leaf != JUPITER.name:
            problem = f"{token.symbol}: no claim program verifies {token.leaf} leaves"
            raise AsrError(f"{problem}; choose other tokens with --token")
    return tokens


def _profile(tokens: Sequence[TokenEntry], programs: Programs) -> Profile:
    """Return which program the file is said to be, or the only one that the tokens are for."""
    if programs.profile is not None:
        return PROFILES[programs.profile]
    named = {token.program: token.symbol for token in reversed(tokens)}
    remedy = "say with --program which program the file is"
    if NO_PROGRAM in named:
        raise AsrError(f"{named[NO_PROGRAM]} is for no program; {remedy}")
    if len(named) > 1:
        each = ", ".join(f"{symbol} for {name}" for name, symbol in sorted(named.items()))
        problem = f"the tokens are for several programs ({each})"
        raise AsrError(f"{problem}; choose one with --token, or {remedy}")
    return PROFILES[next(iter(named))]


def _way(token: TokenEntry, profile: Profile, programs: Programs) -> Way:
    if token.claim not in profile.depths and token.claim == "transfer":
        problem = f"{token.symbol} is claimed into wallets, but {profile.name} stakes every claim"
        raise AsrError(f"{problem}; rehearse it on another program")
    if token.claim == "transfer":
        return "transfer"
    if "stake" not in profile.depths:
        return "transfer" if programs.voter is None else "deposit"
    if programs.voter is None:
        problem = f"{token.symbol} is staked when it is claimed"
        raise AsrError(f"{problem}; give the voter program with --voter-so")
    return "stake"


def _locker_bases(bundle: Bundle) -> dict[str, Address | None]:
    """Return each token's locker by its symbol; only the round file knows it."""
    tokens = read_round(bundle).tokens
    return {token.symbol: token.distributor.locker_base for token in tokens}


def _locker_base(token: TokenEntry, way: Way, lockers: dict[str, Address | None]) -> Address | None:
    if way == "transfer":
        return None
    base = lockers.get(token.symbol)
    if base is None:
        raise BundleError(ROUND, f"{token.symbol} is staked, but has no locker_base")
    return base

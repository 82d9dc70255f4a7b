"""A wallet's claims made ready to be signed: as the chain stands, or without asking any."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from allocation.errors import AsrError
from merkle.claim.costs import lamports_needed
from merkle.claim.facts import known_accounts, next_claim, vesting_of
from merkle.claim.instructions import ClaimError
from merkle.claim.preflight import refusals, sol
from merkle.claim.transactions import claim_transactions
from merkle.program.errors import failure_in
from merkle.program.rent import rent_exempt
from merkle.program.transactions import Freshness
from merkle.rpc.chain import latest_blockhash, network
from merkle.rpc.claim_facts import read_facts
from merkle.rpc.nonces import with_stored_blockhash
from merkle.rpc.transactions import simulate_transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.address import Address
    from merkle.claim.costs import Lamports
    from merkle.claim.facts import ChainFacts
    from merkle.claim.instructions import WalletClaim
    from merkle.claim.transactions import ClaimOptions, ClaimStep
    from merkle.claim.vesting import Vesting
    from merkle.rpc.claim_facts import FoundFacts
    from merkle.rpc.client import Client
    from merkle.rpc.types import Clock, Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a node says that a claim's first transaction would do; `failure` is empty if it works.

    Units: compute units.
    """

    failure: str
    units: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyClaim:
    """A claim's transactions, or why there is none to sign."""

    claim: WalletClaim
    refusals: tuple[str, ...] = ()
    steps: tuple[ClaimStep, ...] = ()
    needed: Lamports | None = None  # at most, where it is not known what exists
    trial: Trial | None = None
    vesting: Vesting | None = None  # of what is locked, where a chain has said it

    @property
    def would_fail(self) -> bool:
        """Whether there is a reason not to send it."""
        return bool(self.refusals) or (self.trial is not None and bool(self.trial.failure))


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedChain:
    """The chain that was asked, and when."""

    network: Network
    clock: Clock
    last_valid_block_height: int | None  # of the blockhash that was fetched
    shortage: str  # why not all claims work that would work alone; empty: they do


def ready_offline(claims: Sequence[WalletClaim], options: ClaimOptions) -> tuple[ReadyClaim, ...]:
    """Make the transactions without knowing what exists: they say themselves when to be sent.

    Errors: AsrError where one nonce would have to serve several transactions.
    """
    return _of_one_nonce(options, tuple(_made(claim, options) for claim in claims))


def ready_online(
    client: Client, claims: Sequence[WalletClaim], options: ClaimOptions, *, simulate: bool = False
) -> tuple[AskedChain, tuple[ReadyClaim, ...]]:
    """Look at the chain, say why claims would fail, and make the transactions of the others.

    Where the first claim is made and something was locked, it is that which is claimed.

    Errors: RpcError; AsrError as `ready_offline`, and for a nonce account that does not fit.
    """
    chain = network(client)
    now, found = read_facts(client, claims, options.fee_payer)
    options, last_height = _fresh(client, options, claims[0].claimant)
    ready = tuple(
        _judged(claim, facts, options) for claim, facts in zip(claims, found, strict=True)
    )
    _of_one_nonce(options, ready)
    if simulate:
        ready = tuple(_tried(client, one) for one in ready)
    asked = AskedChain(
        network=chain,
        clock=now,
        last_valid_block_height=last_height,
        shortage=_shortage(found, ready),
    )
    return asked, ready


def _judged(claim: WalletClaim, found: FoundFacts, options: ClaimOptions) -> ReadyClaim:
    if found.facts is None:
        return ReadyClaim(claim=claim, refusals=found.problems)
    claim = next_claim(claim, found.facts)
    options = _fitting(claim, replace(options, known=known_accounts(found.facts)))
    reasons = tuple(refusals(claim, found.facts, options))
    ready = ReadyClaim(claim=claim, refusals=reasons) if reasons else _made(claim, options)
    return replace(ready, vesting=_vesting(claim, found.facts))


def _vesting(claim: WalletClaim, facts: ChainFacts) -> Vesting | None:
    """Say how much is free, where something is locked and may still be claimed."""
    distributor = facts.distributor
    if not claim.vests or distributor is None or distributor.clawed_back:
        return None
    return vesting_of(claim, distributor, facts)


def _made(claim: WalletClaim, options: ClaimOptions) -> ReadyClaim:
    options = _fitting(claim, options)
    try:
        steps = claim_transactions(claim, options)
        needed = lamports_needed(claim, options)
    except ClaimError as error:
        return ReadyClaim(claim=claim, refusals=(str(error),))
    return ReadyClaim(claim=claim, steps=steps, needed=needed)


def _fitting(claim: WalletClaim, options: ClaimOptions) -> ClaimOptions:
    """Leave the operator out where the program knows none: a wallet's tokens differ in that."""
    return options if claim.profile.has_operator else replace(options, operator=None)


def _of_one_nonce(options: ClaimOptions, ready: tuple[ReadyClaim, ...]) -> tuple[ReadyClaim, ...]:
    count = sum(len(one.steps) for one in ready)
    if options.freshness.nonce is not None and count > 1:
        raise AsrError(
            f"there are {count} transactions, and a nonce serves only one; name one token"
        )
    return ready


def _fresh(
    client: Client, options: ClaimOptions, claimant: Address
) -> tuple[ClaimOptions, int | None]:
    """Fill in the blockhash, and return up to which height of the chain it is good.

    Errors: as `with_stored_blockhash`.
    """
    freshness = options.freshness
    if freshness.nonce is not None:
        authority = freshness.nonce_authority or options.fee_payer or claimant
        stored = with_stored_blockhash(client, freshness, freshness.nonce, authority)
        return replace(options, freshness=stored), None
    if freshness.blockhash is not None:
        return options, None
    latest = latest_blockhash(client)
    fresh = Freshness(blockhash=latest.hash)
    return replace(options, freshness=fresh), latest.last_valid_block_height


def _shortage(found: Sequence[FoundFacts], ready: Sequence[ReadyClaim]) -> str:
    """Say whether somebody has enough for each claim, but not for all of them."""
    pairs = [
        (facts.facts, one.needed)
        for facts, one in zip(found, ready, strict=True)
        if facts.facts is not None and one.needed is not None
    ]
    stays = rent_exempt(0)
    for who, sums in (
        ("the wallet", [(facts.claimant_lamports, needed.claimant) for facts, needed in pairs]),
        (
            "the fee payer",
            [(facts.fee_payer_lamports, needed.fee_payer) for facts, needed in pairs],
        ),
    ):
        needed = sum(lamports - stays for _, lamports in sums if lamports)
        needed += stays if needed else 0
        has = sums[0][0] if sums else None
        if has is not None and has < needed:
            return (
                f"{who} has {sol(has)} SOL, and all claims together need {sol(needed)}: pay some "
                "in, or claim one token after the other"
            )
    return ""


def _tried(client: Client, ready: ReadyClaim) -> ReadyClaim:
    """Let the node try the first transaction; those after it build on what it does."""
    if not ready.steps:
        return ready
    content = ready.steps[0].transaction.content
    tried = simulate_transaction(client, content, replace_blockhash=True)
    if tried.error is None:
        return replace(ready, trial=Trial(failure="", units=tried.units))
    failure = failure_in(tried.logs, ready.claim.profile)
    words = tried.error.text if failure is None else str(failure)
    return replace(ready, trial=Trial(failure=words, units=tried.units))

"""What the chain says of everything that a wallet's claims touch, at one slot."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from merkle.claim.facts import ChainFacts
from merkle.claim.instructions import claim_accounts
from merkle.program.ids import LOCKED_VOTER, TOKEN_PROGRAM
from merkle.program.layouts_distributor import decode_claim_status, decode_distributor
from merkle.program.layouts_token import decode_token_account
from merkle.program.layouts_voter import decode_escrow
from merkle.rpc.accounts import accounts
from merkle.rpc.chain import clock
from merkle.rpc.placed import MisplacedError, read_placed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from allocation.address import Address
    from merkle.claim.instructions import WalletClaim
    from merkle.program.instructions_claim import ClaimAccounts
    from merkle.program.layouts_token import TokenAccount
    from merkle.rpc.client import Client
    from merkle.rpc.types import Account, Clock

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFacts:
    """What is known for one claim: facts, or what stands where something else has to stand."""

    facts: ChainFacts | None = None
    problems: tuple[str, ...] = ()


def read_facts(
    client: Client, claims: Sequence[WalletClaim], fee_payer: Address | None
) -> tuple[Clock, tuple[FoundFacts, ...]]:
    """Read what the claims of one wallet touch; the first result is what time the chain has.

    Errors: RpcError.
    """
    now = clock(client)
    payers = {claim.claimant for claim in claims} | ({fee_payer} if fee_payer else set())
    touched = (key for claim in claims for key in _touched(claim_accounts(claim)))
    keys = list(dict.fromkeys([*touched, *sorted(payers)]))
    read = dict(zip(keys, accounts(client, keys).accounts, strict=True))
    return now, tuple(_found(claim, read, now, fee_payer) for claim in claims)


def _touched(derived: ClaimAccounts) -> Iterator[Address]:
    yield from (derived.distributor, derived.claim_status, derived.vault)
    if derived.destination is not None:
        yield derived.destination
    if derived.stake is not None:
        yield from (derived.stake.escrow, derived.stake.escrow_tokens)


def _found(
    claim: WalletClaim,
    read: Mapping[Address, Account | None],
    now: Clock,
    fee_payer: Address | None,
) -> FoundFacts:
    profile, derived, places = claim.profile, claim_accounts(claim), _Places(read=read)
    program, stake = profile.program_id, derived.stake
    facts = ChainFacts(
        slot=now.slot,
        unix_time=now.unix_timestamp,
        distributor=places.content(
            derived.distributor, program, partial(decode_distributor, profile), "distributor"
        ),
        claim_status=places.content(
            derived.claim_status, program, partial(decode_claim_status, profile), "claim's record"
        ),
        vault=places.tokens(derived.vault, "vault"),
        wallet_tokens=places.tokens(derived.destination, "wallet's token account"),
        escrow=places.content(
            None if stake is None else stake.escrow, LOCKED_VOTER, decode_escrow, "stake account"
        ),
        escrow_tokens=places.tokens(
            None if stake is None else stake.escrow_tokens, "stake account's token account"
        ),
        claimant_lamports=places.lamports(claim.claimant),
        fee_payer_lamports=None if fee_payer is None else places.lamports(fee_payer),
    )
    if places.problems:
        return FoundFacts(problems=tuple(places.problems))
    return FoundFacts(facts=facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Accounts by address; what is wrong with one that is read goes to the problems."""

    read: Mapping[Address, Account | None]
    problems: list[str] = field(default_factory=list)

    def content(
        self,
        address: Address | None,
        program: Address,
        decode: Callable[[bytes], Content],
        kind: str,
    ) -> Content | None:
        """Read the account of a program at an address, where the claim has one."""
        if address is None:
            return None
        try:
            return read_placed(self.read[address], program, decode, kind, address)
        except MisplacedError as error:
            self.problems.append(str(error))
            return None

    def tokens(self, address: Address | None, kind: str) -> TokenAccount | None:
        """Read a token account."""
        return self.content(address, TOKEN_PROGRAM, decode_token_account, kind)

    def lamports(self, address: Address) -> int:
        """Return what an account holds."""
        account = self.read[address]
        return 0 if account is None else account.lamports

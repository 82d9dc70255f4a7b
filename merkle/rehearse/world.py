"""A machine as claims need it: what stands on chain before a distribution is put there as it is."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from solders.account import Account
from solders.clock import Clock
from solders.pubkey import Pubkey

from allocation.address import Address
from merkle.program.addresses import LOCKER_SEED
from merkle.program.ids import LOCKED_VOTER, SYSTEM_PROGRAM, TOKEN_PROGRAM
from merkle.program.layouts_token import (
    Mint,
    TokenAccount,
    decode_token_account,
    encode_mint,
    encode_token_account,
)
from merkle.program.layouts_voter import Locker, encode_locker
from merkle.program.rent import rent_exempt
from merkle.program.transactions import unsigned
from merkle.rehearse.machine import send

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solders.instruction import Instruction

    from merkle.program import Profile
    from merkle.rehearse.machine import Machine, Outcome

DAY: Final = 86_400
LAMPORTS: Final = 10**10  # of whoever pays for something: more than all of it costs
SHORTEST_LOCK: Final = DAY
LONGEST_LOCK: Final = 30 * DAY


def made_up(name: str) -> Address:
    """Return a key that nobody has, the same in every run."""
    return Address(sha256(f"asr rehearse: {name}".encode()).digest())


SOMEBODY: Final = made_up("somebody")  # stands for another key in what is encoded only once


class World:
    """A machine, and one mint on it."""

    def __init__(self, machine: Machine, profile: Profile, mint: Address) -> None:
        self.machine = machine
        self.profile = profile
        self.mint = mint
        self._tokens: dict[int, bytes] = {}  # the last token account of SOMEBODY, by its amount

    def run(self, instructions: Sequence[Instruction], fee_payer: Address) -> Outcome:
        """Execute one transaction."""
        return send(self.machine, unsigned(instructions, fee_payer).content, self.profile)

    def content(self, address: Address, owner: Address) -> bytes:
        """Return what a program keeps in one of its accounts; nothing where it has none there."""
        account = self.machine.get_account(Pubkey(address))
        if account is None or bytes(account.owner) != owner:
            return b""
        return bytes(account.data)

    def tokens(self, address: Address) -> int:
        """Return how many base units of the mint an account holds; 0 for what holds none.

        Errors: AccountError for what the token program never writes.
        """
        content = self.content(address, TOKEN_PROGRAM)
        if not content:
            return 0
        account = decode_token_account(content)
        return account.amount if account.mint == self.mint else 0

    def is_taken(self, address: Address) -> bool:
        """Whether an account stands there."""
        return self.machine.get_account(Pubkey(address)) is not None

    def fill(self, wallet: Address) -> None:
        """Give a wallet all the lamports that it may need."""
        self.machine.set_account(Pubkey(wallet), Account(LAMPORTS, b"", Pubkey(SYSTEM_PROGRAM)))

    def put(self, address: Address, content: bytes, owner: Address) -> None:
        """Put an account of a program there."""
        lamports = rent_exempt(len(content))
        self.machine.set_account(Pubkey(address), Account(lamports, content, Pubkey(owner)))

    def put_clock(self, unix_timestamp: int) -> None:
        """Set the time; slots and epochs stay."""
        clock = self.machine.get_clock()
        self.machine.set_clock(
            Clock(
                slot=clock.slot,
                epoch_start_timestamp=clock.epoch_start_timestamp,
                epoch=clock.epoch,
                leader_schedule_epoch=clock.leader_schedule_epoch,
                unix_timestamp=unix_timestamp,
            )
        )

    def put_mint(self, decimals: int, supply: int) -> None:
        """Put the mint there, of which nobody can make more."""
        mint = Mint(authority=None, supply=supply, decimals=decimals)
        self.put(self.mint, encode_mint(mint), TOKEN_PROGRAM)

    def put_tokens(self, address: Address, owner: Address, amount: int = 0) -> None:
        """Put a token account there."""
        if amount not in self._tokens:
            self._tokens = {amount: self._encode_tokens(amount)}
        content = self._tokens[amount].replace(SOMEBODY, owner)
        self.put(address, content, TOKEN_PROGRAM)

    def _encode_tokens(self, amount: int) -> bytes:
        return encode_token_account(TokenAccount(mint=self.mint, owner=SOMEBODY, amount=amount))

    def put_locker(self, base: Address) -> None:
        """Put the locker there, for which the mint is staked."""
        address, bump = Pubkey.find_program_address([LOCKER_SEED, base], Pubkey(LOCKED_VOTER))
        locker = Locker(
            base=base,
            bump=bump,
            mint=self.mint,
            locked_supply=0,
            total_escrow=0,
            governor=made_up("governor"),
            multiplier=1,
            min_stake_duration=SHORTEST_LOCK,
            max_stake_duration=LONGEST_LOCK,
            proposal_activation_min_votes=0,
        )
        self.put(Address(bytes(address)), encode_locker(locker), LOCKED_VOTER)

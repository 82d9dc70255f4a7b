"""What deployments are tested with: tokens of every program, keys, settings, and a ready chain."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from solders.account import Account
from solders.pubkey import Pubkey

from allocation.address import Address, format_address, parse_address
from merkle import rpc
from merkle.deployment.chain import FoundAccount, accounts_of
from merkle.deployment.keys import SigningKey
from merkle.deployment.planning import make_plan
from merkle.deployment.settings import read_settings
from merkle.deployment.tokens import Token, Tree
from merkle.rpc.deploying import Patience, Sender
from merkle.rpc.journal import open_journal
from tests.chain.building import (
    SOL,
    funded,
    keypair,
    make_mint,
    make_tokens,
    set_time,
    tokens_at,
)
from tests.chain.keys import VOTER, locker_of
from tests.chain.layouts import LOCKER
from tests.chain.model import ModelChain
from tests.chain.server import QUICK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from merkle.deployment.planning import Plan
    from tests.chain.server import Server

PROGRAMS: Final = ("jupiter", "jupiter-asr-2024", "jupiter-2024", "kamino", "jito")
NOW: Final = 1_767_225_600  # 2026-01-01T00:00:00Z
CLAWBACK: Final = 1_772_323_200  # 2026-03-01T00:00:00Z
DAY: Final = 86_400

ADMIN, FUNDER, BASE, STRANGER = (keypair(number) for number in (11, 12, 13, 14))
LOCKER_BASE: Final = Address(bytes(keypair(15).pubkey()))
MINT: Final = keypair(16).pubkey()

SETTINGS: Final = f"""\
admin = "{ADMIN.pubkey()}"
funder = "{FUNDER.pubkey()}"
clawback_start = 2026-03-01T00:00:00Z
"""
QUICKLY: Final = Patience(timeout=0.2, poll=0.01, attempts=3, behind=0.02)


def address(key: Pubkey) -> Address:
    return Address(bytes(key))


def token(program: str = "jupiter", *, trees: int = 2, **fields: object) -> Token:
    """A token whose trees hold 1,000, 2,000 ... tokens; tests can sign with its base key."""
    is_staked = program in ("jupiter", "jupiter-asr-2024")
    made = Token(
        symbol="JUP",
        mint=address(MINT),
        decimals=6,
        claim="stake" if is_staked else "transfer",
        program=program,
        base=None if program == "jito" else address(BASE.pubkey()),
        locker_base=LOCKER_BASE if is_staked else None,
        leaf="jupiter",
        trees=tuple(tree(number) for number in range(trees)),
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def tree(number: int) -> Tree:
    return Tree(
        number=number,
        version=7 + number,
        root=bytes([number + 1]) * 32,
        max_num_nodes=10 + number,
        max_total_claim=(number + 1) * 1_000_000_000,
        depth=4,
    )


STEPS: Final = ["receiver JUP", "create JUP 0", "create JUP 1", "fund JUP 0", "fund JUP 1"]


def plan_of(made: Token | None = None, settings: str = SETTINGS) -> Plan:
    made = made or token()
    return make_plan("ab" * 32, [made], read_settings("deploy.toml", settings, [made]))


def ready_chain(plan: Plan) -> ModelChain:
    """A chain where a plan can be carried out: mints, lockers, tokens and SOL are there."""
    chain = ModelChain()
    set_time(chain, NOW)
    for number in (11, 12, 13, 14):
        funded(chain, number, SOL)
    for planned in plan.tokens:
        mint = Pubkey(planned.token.mint)
        make_mint(chain, mint, decimals=planned.token.decimals)
        total = sum(tree.tree.max_total_claim for tree in planned.trees)
        make_tokens(chain, mint, Pubkey(planned.settings.funder), total)
        if planned.token.locker_base is not None:
            make_locker(chain, planned.token.locker_base, mint)
    return chain


def make_locker(chain: ModelChain, base: Address, mint: Pubkey) -> None:
    record = LOCKER.empty()
    record.keys |= {"base": Pubkey(base), "token_mint": mint}
    chain.set_account(locker_of(Pubkey(base)), Account(10_000_000, bytes(record), VOTER))


def found_on(chain: ModelChain, plan: Plan) -> dict[Address, FoundAccount | None]:
    """Everything that a plan is compared with, without any node."""
    return {key: _found(chain.get_account(Pubkey(key))) for key in accounts_of(plan)}


def _found(account: Account | None) -> FoundAccount | None:
    if account is None:
        return None
    return FoundAccount(
        lamports=account.lamports,
        owner=address(account.owner),
        content=bytes(account.data),
        executable=account.executable,
    )


def signing_keys(*numbers: int) -> dict[Address, SigningKey]:
    keys = [keypair(number) for number in numbers]
    return {
        address(key.pubkey()): SigningKey(address=address(key.pubkey()), keypair=key)
        for key in keys
    }


@dataclass
class Sending:
    """One run of `send` against a node, without the command line."""

    server: Server
    plan: Plan
    journal: Path
    patience: Patience = QUICKLY
    limits: rpc.Limits = QUICK
    announced: list[str] = field(default_factory=list)  # by all runs
    told: list[str] = field(default_factory=list)
    hear: Callable[[str], object] = str  # is told every line of it
    before: Callable[[str], object] = str  # is told the name of each step before it leaves

    def run(self, *, until: int | None = None) -> None:
        """Settle, read, and send what is left, or only its first steps."""
        client = rpc.connect(self.server.url, limits=self.limits)
        with open_journal(self.journal, self.plan.bundle_id, "network") as journal:
            sender = Sender(
                client=client,
                plan=self.plan,
                keys=signing_keys(11, 12, 13),
                journal=journal,
                announce=lambda step, _: self._hear(step.name),
                tell=self._listen,
                patience=self.patience,
            )
            sender.settle()
            sender.send(sender.pending(sender.read())[:until])

    def vaults(self) -> list[int]:
        """What every vault holds, 0 where there is none."""
        chain = self.server.chain
        keys = [Pubkey(tree.vault) for tree in self.plan.tokens[0].trees]
        return [tokens_at(chain, key) if chain.get_account(key) else 0 for key in keys]

    def _listen(self, line: str) -> None:
        self.told.append(line)
        self.hear(line)

    def _hear(self, name: str) -> None:
        self.announced.append(name)
        self.before(name)


def shown(key: bytes) -> str:
    return format_address(key)


def known(text: str) -> Address:
    return parse_address(text)

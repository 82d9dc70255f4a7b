"""Bundles of `claim_rounds`, deployed on a chain in memory and claimed over HTTP."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from solders.account import Account
from solders.message import to_bytes_versioned
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from allocation.address import Address
from merkle import rpc
from merkle.bundle.read import Bundle, open_bundle
from merkle.program import PROFILES
from merkle.program.instructions_create import NewDistributor, new_distributor
from merkle.program.instructions_voter import NewLocker, new_escrow, new_locker, toggle_max_lock
from tests.chain.building import funded, keypair, make_mint, make_tokens, send, set_time
from tests.chain.keys import escrow_of, token_address
from tests.chain.model import ModelChain
from tests.chain.server import QUICK
from tests.claim_rounds import ADMIN, BASE, DAY, LOCKER, LOCKER_BASE, NOW, wallet
from tests.test_cli import asr

if TYPE_CHECKING:
    from pathlib import Path

    from solders.keypair import Keypair

    from merkle.bundle.manifest import TokenEntry, TreeEntry
    from tests.chain.server import Server
    from tests.test_cli import Outcome


@dataclass(kw_only=True)
class Deployment:
    """A bundle's distributors on a chain of their own, served over HTTP."""

    bundle: Bundle
    server: Server

    @property
    def chain(self) -> ModelChain:
        assert isinstance(self.server.chain, ModelChain)
        return self.server.chain

    def asr(self, command: str, *arguments: str | Path) -> Outcome:
        """Run a command on the bundle, asking this chain."""
        return asr(command, self.bundle.path, *arguments, "--rpc-url", self.server.url)

    def claim(self, number: int, *options: str | Path) -> Outcome:
        return self.asr("claim", wallet(number), *options)

    def claim_document(self, number: int, *options: str | Path) -> Any:
        return json.loads(self.claim(number, *options, "--json").stdout)

    def refusals(self, number: int, *options: str | Path) -> list[str]:
        """Every reason of every token; exit 1 if there is one."""
        done = self.claim(number, *options, "--json")
        reasons = [
            reason for token in json.loads(done.stdout)["tokens"] for reason in token["refusals"]
        ]
        assert done.code == bool(reasons)
        return reasons

    def status_document(self, *options: str | Path) -> Any:
        return json.loads(self.asr("status", *options, "--json").stdout)

    def wait_until(self, moment: int) -> None:
        """Let time pass; whoever claims again by then has another blockhash."""
        set_time(self.chain, moment)
        self.server.node.expire()

    def fund(self, *numbers: int) -> None:
        for number in numbers:
            funded(self.chain, number)

    def claimed(self, number: int, *options: str | Path) -> None:
        """Let a wallet make all its claims, by what the command prints."""
        self.fund(number)
        for token in self.claim_document(number, *options)["tokens"]:
            assert [] == token["refusals"]
            for step in token["transactions"]:
                send_signed(self.server, step["base64"], keypair(number))

    def distributor(self, tree: int, token: int = 0) -> Pubkey:
        address = self.bundle.manifest.tokens[token].trees[tree].distributor
        assert address is not None
        return Pubkey(address)

    def accounts(self, number: int) -> dict[str, Pubkey]:
        """Every account that a wallet's claim of JUP touches."""
        done = asr("claim", self.bundle.path, wallet(number), "--token", "JUP", "--json")
        (token,) = json.loads(done.stdout)["tokens"]
        return {name: Pubkey.from_string(key) for name, key in token["accounts"].items()}

    def change(
        self, address: Pubkey, *, data: bytes | None = None, owner: Pubkey | None = None
    ) -> None:
        """Give an account other data or another owner."""
        account = self.chain.get_account(address)
        assert account is not None
        content = account.data if data is None else data
        changed = Account(account.lamports, content, owner or account.owner)
        self.chain.set_account(address, changed)

    def write(self, address: Pubkey, offset: int, content: bytes) -> None:
        """Overwrite some bytes of an account's data."""
        account = self.chain.get_account(address)
        assert account is not None
        data = account.data[:offset] + content + account.data[offset + len(content) :]
        self.change(address, data=data)

    def open_escrow(self, number: int, *, is_max_lock: bool = False) -> None:
        """Make a wallet's stake account, as anybody may; by itself it is not under max lock."""
        owner = keypair(number)
        locker, key = Address(bytes(LOCKER)), Address(bytes(owner.pubkey()))
        escrow = Address(bytes(escrow_of(LOCKER, owner.pubkey())))
        made = new_escrow(locker=locker, escrow=escrow, owner=key, payer=key)
        assert send(self.chain, [made], owner).error is None
        if is_max_lock:
            self.toggle(number, is_max_lock=True)

    def toggle(self, number: int, *, is_max_lock: bool) -> None:
        """Turn a wallet's max lock on or off; off begins the unstake of everything."""
        owner = keypair(number)
        toggled = toggle_max_lock(
            locker=Address(bytes(LOCKER)),
            escrow=Address(bytes(escrow_of(LOCKER, owner.pubkey()))),
            owner=Address(bytes(owner.pubkey())),
            is_max_lock=is_max_lock,
        )
        assert send(self.chain, [toggled], owner).error is None

    def deploy(self, **terms: Any) -> None:
        """Make and fund every distributor; `terms` replace what they are told."""
        admin = funded(self.chain, ADMIN)
        for token in self.bundle.manifest.tokens:
            mint = make_mint(self.chain, Pubkey(token.mint), decimals=token.decimals)
            receiver = make_tokens(self.chain, mint, admin.pubkey())
            is_staking = token.claim == "stake"
            if is_staking:
                self._make_locker(admin, mint)
            for tree in token.trees:
                arguments = _told(token, tree, receiver)
                arguments |= {"locker": Address(bytes(LOCKER))} if is_staking else {}
                self._create(token, tree, arguments | terms, admin)

    def _create(
        self, token: TokenEntry, tree: TreeEntry, arguments: dict[str, Any], admin: Keypair
    ) -> None:
        profile, mint = PROFILES[token.program], Pubkey(token.mint)
        distributor = Pubkey(arguments["distributor"])
        if not profile.creates_vault:
            make_tokens(self.chain, mint, distributor, tree.max_total_claim)
        instruction = new_distributor(profile, NewDistributor(**arguments))
        signers = (admin, BASE) if profile.has_base else (admin,)
        done = send(self.chain, [instruction], *signers)
        assert done.error is None, done.logs
        if profile.creates_vault:
            make_tokens(self.chain, mint, distributor, tree.max_total_claim)

    def _make_locker(self, admin: Keypair, mint: Pubkey) -> None:
        locker = NewLocker(
            base=Address(bytes(LOCKER_BASE.pubkey())),
            locker=Address(bytes(LOCKER)),
            mint=Address(bytes(mint)),
            governor=Address(bytes(admin.pubkey())),
            payer=Address(bytes(admin.pubkey())),
            multiplier=1,
            min_stake_duration=DAY,
            max_stake_duration=30 * DAY,
            proposal_activation_min_votes=0,
        )
        assert send(self.chain, [new_locker(locker)], admin, LOCKER_BASE).error is None


def _told(token: TokenEntry, tree: TreeEntry, receiver: Pubkey) -> dict[str, Any]:
    assert tree.distributor is not None
    vault = token_address(Pubkey(tree.distributor), Pubkey(token.mint))
    return {
        "distributor": tree.distributor,
        "base": token.base,
        "mint": token.mint,
        "vault": Address(bytes(vault)),
        "clawback_receiver": Address(bytes(receiver)),
        "admin": Address(bytes(keypair(ADMIN).pubkey())),
        "version": tree.version,
        "root": tree.root,
        "max_total_claim": tree.max_total_claim,
        "max_num_nodes": tree.max_num_nodes,
        "start_vesting": NOW + DAY,
        "end_vesting": NOW + 2 * DAY,
        "clawback_start": NOW + 4 * DAY,
    }


def deployed(bundle: Path, server: Server, **terms: Any) -> Deployment:
    """Deploy a bundle on a server's chain."""
    deployment = Deployment(bundle=open_bundle(bundle), server=server)
    deployment.deploy(**terms)
    return deployment


def signed(text: str, *signers: Keypair) -> bytes:
    """Sign a transaction as the command prints it; `signers` in any order."""
    transaction = VersionedTransaction.from_bytes(base64.b64decode(text))
    message = transaction.message
    keys = {signer.pubkey(): signer for signer in signers}
    count = message.header.num_required_signatures
    content = to_bytes_versioned(message)
    signatures = [keys[key].sign_message(content) for key in message.account_keys[:count]]
    return bytes(VersionedTransaction.populate(message, signatures))


def send_signed(server: Server, text: str, *signers: Keypair) -> None:
    """Sign a printed transaction and send it over HTTP, as a wallet does."""
    rpc.send_transaction(rpc.connect(server.url, limits=QUICK), signed(text, *signers))

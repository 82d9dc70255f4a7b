"""An operator's desk for tests of `asr deploy`: bundle, settings, keypairs, and a node."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from solders.pubkey import Pubkey

from merkle.bundle.read import open_bundle
from merkle.cli import main
from tests.chain.building import funded, make_mint, make_tokens, set_time, tokens_at
from tests.chain.model import ModelChain
from tests.chain.server import Server, serving
from tests.deployments import ADMIN, BASE, FUNDER, NOW, SETTINGS, STRANGER
from tests.forging import sound
from tests.plain_bundle import JUP, WEN, PlainToken, plain_rows, put, wallets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def tokens() -> list[PlainToken]:
    """Two trees of a transfer through jupiter, and one through jito."""
    few = [(wallet, 500, 0) for wallet in wallets(3, "few")]
    return [
        PlainToken(rows=plain_rows(6), base=str(BASE.pubkey())),
        PlainToken(rows=few, symbol="WEN", mint=WEN, decimals=5, program="jito", base=None),
    ]


@dataclass
class Desk:
    """The folder of an operator: bundle, settings, keypairs, and a node."""

    folder: Path
    server: Server
    capsys: pytest.CaptureFixture[str]

    def asr(self, *arguments: object, code: int = 0) -> str:
        """Run a command; return stdout, then stderr."""
        with pytest.raises(SystemExit) as done:
            main([str(argument) for argument in arguments])
        shown = self.capsys.readouterr()
        assert code == (done.value.code or 0), shown
        return shown.out + shown.err

    @property
    def bundle(self) -> Path:
        return self.folder / "bundle"

    @property
    def plan_file(self) -> Path:
        return self.folder / "plan.json"

    def plan(self, *arguments: object, code: int = 0) -> str:
        settings = self.folder / "deploy.toml"
        return self.asr("deploy", "plan", self.bundle, "--deploy", settings, *arguments, code=code)

    def send(self, *arguments: object, keys: str = "abf", code: int = 0) -> str:
        pairs = [word for key in keys for word in ("--keypair", self.folder / f"{key}.json")]
        node = ["--rpc-url", self.server.url]
        plan = ["--plan", self.plan_file]
        return self.asr("deploy", "send", self.bundle, *plan, *node, *pairs, *arguments, code=code)

    def check(self, *arguments: object, code: int = 0) -> str:
        node = ["--rpc-url", self.server.url]
        return self.asr("deploy", "check", self.bundle, *node, *arguments, code=code)

    def totals(self) -> list[int]:
        manifest = open_bundle(self.bundle).manifest
        return [tree.max_total_claim for token in manifest.tokens for tree in token.trees]

    def vaults(self) -> list[int]:
        chain: Any = self.server.chain
        document = json.loads(self.plan_file.read_bytes())
        keys = [
            Pubkey.from_string(tree["vault"])
            for token in document["tokens"]
            for tree in token["trees"]
        ]
        return [tokens_at(chain, key) if chain.get_account(key) else 0 for key in keys]


def ready() -> ModelChain:
    chain = ModelChain()
    set_time(chain, NOW)
    for number in (11, 12, 13, 14):
        funded(chain, number)
    for text, decimals in ((JUP, 6), (WEN, 5)):
        mint = make_mint(chain, Pubkey.from_string(text), decimals=decimals)
        make_tokens(chain, mint, FUNDER.pubkey(), 10**9)
    return chain


@contextmanager
def desk_in(folder: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    put(sound(tokens()), folder / "bundle")
    (folder / "deploy.toml").write_text(SETTINGS, "utf-8")
    for name, key in (("a", ADMIN), ("b", BASE), ("f", FUNDER), ("s", STRANGER)):
        path = folder / f"{name}.json"
        path.write_text(key.to_json(), "utf-8")
        path.chmod(0o600)
    with serving(ready()) as server:
        yield Desk(folder, server, capsys)

"""deploy.toml -> Settings of every token, strictly: all that is wrong is said at once.

What is not written, and why it becomes what it becomes:
- `funder` and `clawback_owner` are the admin: no other key is known.
- `end_vesting` is a day before `clawback_start`, the latest that the programs take, and
  `start_vesting` a second before that, as in Jupiter's own script: without locked amounts nothing
  vests, but the programs want start < end. With locked amounts both have to be written.
- `operator` is nobody: everybody may claim alone. `activation` is at once. `closable` is false,
  since closing re-opens claims and lets the admin empty the vault.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from allocation.errors import BadValueError
from allocation.round import DAY
from allocation.round_values import address_of
from allocation.strict_toml import parse_toml
from allocation.toml_values import boolean_of
from merkle.deployment.moments import AT_ONCE, NOTHING, Activation, activation_of, time_of
from merkle.deployment.settings_checks import Where, check_settings
from merkle.program.ids import NO_KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.address import Address
    from allocation.strict_toml import Table
    from merkle.deployment.tokens import Token

KEYS: Final = (
    "admin",
    "funder",
    "operator",
    "clawback_owner",
    "start_vesting",
    "end_vesting",
    "clawback_start",
    "activation",
    "closable",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the distributors of one token are to be made, every value resolved.

    Units: times are unix seconds.
    """

    admin: Address
    funder: Address
    operator: Address | None
    clawback_owner: Address
    start_vesting: int
    end_vesting: int
    clawback_start: int
    activation: Activation
    closable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """The keys of one table over those of the table above it; None is not written."""

    admin: Address | None = None
    funder: Address | None = None
    operator: Address | None = None  # NO_KEY: nobody
    clawback_owner: Address | None = None
    start_vesting: int | None = None
    end_vesting: int | None = None
    clawback_start: int | None = None
    activation: Activation | None = None
    closable: bool | None = None


def read_settings(source: str, text: str, tokens: Sequence[Token]) -> dict[str, Settings]:
    """Read deploy.toml: the settings of each of `tokens` by symbol.

    Errors: InputErrors with every bad key of the file.
    Source: FORMATS "The deployment file".
    """
    top = parse_toml(source, text)
    return settings_of(top, tokens)


def settings_of(top: Table, tokens: Sequence[Token]) -> dict[str, Settings]:
    """Read settings out of an opened table; see `read_settings`."""
    common = _overridden(top, _Written())
    own = top.table("tokens")
    settings: dict[str, Settings] = {}
    missing: set[str] = set()
    for token in tokens:
        table = own.table(token.symbol)
        resolved = _resolved(top, _overridden(table, common), missing)
        if resolved is not None:
            check_settings(Where(top=top, own=table), token, resolved)
            settings[token.symbol] = resolved
    top.close()
    if top.findings:
        raise top.findings.errors()
    return settings


def _overridden(table: Table, default: _Written) -> _Written:
    return _Written(
        admin=table.get("admin", _somebody, default.admin),
        funder=table.get("funder", _somebody, default.funder),
        operator=table.get("operator", _somebody_or_none, default.operator),
        clawback_owner=table.get("clawback_owner", _somebody, default.clawback_owner),
        start_vesting=table.get("start_vesting", time_of, default.start_vesting),
        end_vesting=table.get("end_vesting", time_of, default.end_vesting),
        clawback_start=table.get("clawback_start", time_of, default.clawback_start),
        activation=table.get("activation", activation_of, default.activation),
        closable=table.get("closable", boolean_of, default.closable),
    )


def _resolved(top: Table, written: _Written, missing: set[str]) -> Settings | None:
    """Fill in what is not written; None, and a refusal once, where that cannot be."""
    for key, remedy in _REQUIRED.items():
        if getattr(written, key) is None and key not in missing:
            missing.add(key)
            top.demand(key, remedy)
    if written.admin is None or written.clawback_start is None:
        return None
    end = written.clawback_start - DAY if written.end_vesting is None else written.end_vesting
    return Settings(
        admin=written.admin,
        funder=written.funder or written.admin,
        operator=None if written.operator == NO_KEY else written.operator,
        clawback_owner=written.clawback_owner or written.admin,
        start_vesting=end - 1 if written.start_vesting is None else written.start_vesting,
        end_vesting=end,
        clawback_start=written.clawback_start,
        activation=written.activation or AT_ONCE,
        closable=bool(written.closable),
    )


_REQUIRED: Final = {
    "admin": "write the address that makes the distributors and may change them",
    "clawback_start": "write from when on what is left may be taken back, in UTC",
}


def _somebody(value: object) -> Address:
    key = address_of(value)
    if key == NO_KEY:
        raise BadValueError("the system program, which is nobody", "write the key of somebody")
    return key


def _somebody_or_none(value: object) -> Address:
    return NO_KEY if value == NOTHING else _somebody(value)

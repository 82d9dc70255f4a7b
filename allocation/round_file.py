"""round.toml -> Round, strictly: all that is wrong in the file is said at once, or it is right."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from hashlib import sha256
from typing import TYPE_CHECKING, Final, get_args

from allocation.address import format_address
from allocation.errors import InputError, InputErrors
from allocation.round import InputFiles, Method, Round
from allocation.round_methods import (
    demand_decimals,
    demand_input,
    refuse_contradictions,
    refuse_misplaced,
)
from allocation.round_tables import (
    read_distributor,
    read_inputs,
    read_period,
    read_proposals,
    read_rules,
    read_tokens,
)
from allocation.round_values import name_of
from allocation.strict_toml import parse_toml
from allocation.toml_values import one_of

if TYPE_CHECKING:
    from pathlib import Path

METHODS: Final = 'write "per-proposal", "time-weighted" or "list"'


def load_round(path: Path) -> Round:
    """Read and validate a round file.

    Errors: InputErrors with every bad key of the file.
    Source: FORMATS "The round file".
    """
    content, text = _read(path)
    top = parse_toml(path.name, text)
    tables = {"": top} | {name: top.table(name) for name in ("round", "inputs", "rules")}
    heading, inputs = tables["round"], tables["inputs"]
    name = heading.need("name", name_of, "", 'write what the round is called, e.g. "ASR 2024 Q1"')
    method = heading.need("method", one_of(get_args(Method)), None, METHODS)
    if method:
        refuse_misplaced(method, tables)
        demand_input(method, inputs)
    common = read_distributor(top.table("distributor"), method)
    tokens = read_tokens(top, tables["rules"], method, common)
    period = read_period(heading, method)
    files = read_inputs(inputs, method)
    proposals = read_proposals(top, method, files.decimals)
    rules = read_rules(tables["rules"], files.decimals)
    if method == "time-weighted":
        refuse_contradictions(tables, files, period, rules)
    if method:
        demand_decimals(method, inputs, files, proposals, rules)
    top.close()
    if method is None or top.findings:
        raise top.findings.errors()
    return Round(
        path=path,
        content=content,
        name=name,
        method=method,
        tokens=tokens,
        proposals=proposals,
        inputs=files,
        rules=rules,
        period=period,
    )


def rules_sha256(the_round: Round) -> str:
    """Hash everything in the round that decides the output, as canonical JSON.

    Left out are the file and its path, the names of the inputs, and how they were stored:
    `unit` and `inputs.decimals` only turn what is written into base units, and the rows (in
    inputs_sha256), the minima and the totals stand here in base units already. The order of
    the proposals decides nothing, so they stand in the order of their ids; that of the tokens is
    the order of the manifest, so it stays.

    Units: amounts in base units. Every number is text: integers, and fractions as "1/3"; keys
           are base58; JSON with sorted keys and no blanks, in ASCII.
    """
    text = json.dumps(canonical_rules(the_round), sort_keys=True, separators=(",", ":"))
    return sha256(text.encode("ascii")).hexdigest()


def canonical_rules(the_round: Round) -> dict[str, object]:
    """Return what `rules_sha256` covers: objects, lists, texts, truths and None."""
    in_id_order = tuple(sorted(the_round.proposals, key=lambda proposal: proposal.id))
    canonical = _canonical(replace(the_round, proposals=in_id_order))
    assert isinstance(canonical, dict)  # noqa: S101 - what a dataclass becomes
    return canonical


_DECIDES_NOTHING: Final[dict[type, frozenset[str]]] = {
    Round: frozenset({"path", "content"}),
    InputFiles: frozenset(
        {
            *("votes", "allocations", "exclude", "stakes", "stake_events", "opening"),
            *("multipliers", "decimals", "unit"),
        }
    ),
}


def _canonical(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | Fraction):
        return str(value)
    if isinstance(value, bytes):
        return format_address(value)
    if isinstance(value, tuple):
        return [_canonical(entry) for entry in value]
    if is_dataclass(value):
        left_out = _DECIDES_NOTHING.get(type(value), frozenset())
        names = [field.name for field in fields(value) if field.name not in left_out]
        return {name: _canonical(getattr(value, name)) for name in names}
    return value  # text or nothing


def _read(path: Path) -> tuple[bytes, str]:
    """Read the file as bytes and as text, without the mark some editors put first."""
    try:
        content = path.read_bytes()
        return content, content.decode("utf-8-sig")
    except OSError as error:
        problem = (error.strerror or "cannot be read").lower()
        remedy = "give the path of a TOML file"
        raise InputErrors([InputError(str(path), 0, "round file", "", problem, remedy)]) from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        remedy = "save the file as UTF-8"
        finding = InputError(path.name, line, "round file", "", "not UTF-8", remedy)
        raise InputErrors([finding]) from error

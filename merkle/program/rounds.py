"""What a round asks of its claim programs, and the rounds that they cannot serve."""

# ruff: noqa: PLC0415 - one wallet's proof needs the programs, but no round: checking one loads more

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.round import NO_PROGRAM
from merkle.leaf import JUPITER
from merkle.program.profiles import PROFILES, depth_limit, leaf_limit, too_deep
from merkle.proof import depth_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.round import Round, Token
    from allocation.strict_toml import Findings
    from merkle.program.profiles import Profile


def check_round(the_round: Round, *, allow_deep: bool = False) -> list[str]:
    """Return warnings about how the tokens of a round are to be claimed.

    Errors: InputErrors with everything that no program could do.
    """
    import tomllib

    from allocation.strict_toml import Findings

    content = the_round.content.decode("utf-8-sig")
    written, findings = tomllib.loads(content), Findings(the_round.path.name, content)
    warnings = []
    for index, token in enumerate(the_round.tokens):
        keys = _Keys(written=written, index=index, token=token, findings=findings)
        _check_leaf(keys, token)
        _check_locker(keys, token)
        profile = _checked_profile(keys, token)
        warnings += _base_warnings(token, profile)
        if profile is not None and _check_claim(keys, token, profile):
            warnings += _depth_warnings(keys, token, profile, allow_deep=allow_deep)
    if findings:
        raise findings.errors()
    return warnings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keys:
    """Where one token's settings are written: in its own table or in the round's."""

    written: dict[str, object]
    index: int
    token: Token
    findings: Findings

    def refuse(self, key: str, value: object, problem: str, remedy: str) -> None:
        """Record a refusal at the key that caused it, naming the token."""
        problem = f"{self.token.symbol}: {problem}"
        self.findings.add(self._path(key), value, problem, remedy)

    def _path(self, key: str) -> str:
        tokens = self.written.get("tokens")
        own = tokens[self.index] if isinstance(tokens, list) else {}
        is_own = key == "claim" or key in own
        return f"tokens[{self.index}].{key}" if is_own else f"distributor.{key}"


def _checked_profile(keys: _Keys, token: Token) -> Profile | None:
    name = token.distributor.program
    if name != NO_PROGRAM and name not in PROFILES:
        keys.refuse("program", name, "unknown program", _nearest(name, [*PROFILES, NO_PROGRAM]))
    return PROFILES.get(name)


def _check_leaf(keys: _Keys, token: Token) -> None:
    leaf, program = token.distributor.leaf, token.distributor.program
    if leaf != JUPITER.name and program != NO_PROGRAM:
        remedy = f'write program = "{NO_PROGRAM}", or leave leaf out'
        keys.refuse("leaf", leaf, f"{program} does not verify such leaves", remedy)


def _check_claim(keys: _Keys, token: Token, profile: Profile) -> bool:
    if token.claim in profile.depths:
        return True
    able = [name for name, other in PROFILES.items() if token.claim in other.depths]
    (instead,) = profile.depths
    only = {"transfer": "only pays into the wallet", "stake": "stakes whatever is claimed"}
    remedy = f'write claim = "{instead}", or a program that can: {", ".join(able)}'
    keys.refuse("claim", token.claim, f"{profile.name} {only[instead]}", remedy)
    return False


def _check_locker(keys: _Keys, token: Token) -> None:
    if token.claim == "stake" and token.distributor.locker_base is None:
        problem = "staking needs the locker that the stake accounts belong to"
        remedy = "set it to the locker's base key; it is the same in every round"
        keys.refuse("locker_base", None, problem, remedy)


def _depth_warnings(keys: _Keys, token: Token, profile: Profile, *, allow_deep: bool) -> list[str]:
    """Refuse trees too deep for a claim's transaction, or warn where that is wanted."""
    most = token.distributor.max_leaves_per_tree
    key = "tree_sizes" if token.distributor.tree_sizes else "max_leaves_per_tree"
    limit = depth_limit(profile, token.claim)
    if depth_of(most) <= limit:
        return []
    problem = too_deep(profile, token.claim, most)
    if allow_deep:
        return [f"{token.symbol}: {problem}; allowed by --allow-deep"]
    remedy = f"write at most {leaf_limit(limit)}, or pass --allow-deep"
    keys.refuse(key, most, problem, remedy)
    return []


def _base_warnings(token: Token, profile: Profile | None) -> list[str]:
    has_base = token.distributor.base is not None
    if profile is None:
        return [f"{token.symbol}: base is ignored without a program"] if has_base else []
    if has_base and not profile.has_base:
        return [f"{token.symbol}: base is ignored, a {profile.name} address has none"]
    if not has_base and profile.has_base:
        return [f"{token.symbol}: without base there is no distributor address yet"]
    return []


def _nearest(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1)
    return f'did you mean "{close[0]}"?' if close else f"write one of {', '.join(known)}"

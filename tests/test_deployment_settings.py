"""deploy.toml, strictly: safe defaults, and every mistake named with its line, all at once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from allocation.errors import InputErrors
from merkle.deployment.moments import AT_ONCE, Activation, show_time
from merkle.deployment.settings import KEYS, Settings, read_settings
from tests.deployments import (
    ADMIN,
    CLAWBACK,
    DAY,
    FUNDER,
    SETTINGS,
    STRANGER,
    address,
    token,
)

if TYPE_CHECKING:
    from merkle.deployment.tokens import Token

A, F, S = (address(key.pubkey()) for key in (ADMIN, FUNDER, STRANGER))
SHORT = f'admin = "{ADMIN.pubkey()}"\nclawback_start = 2026-03-01T00:00:00Z\n'


def read(text: str, *tokens: Token) -> dict[str, Settings]:
    return read_settings("deploy.toml", text, tokens or (token(),))


def refusals(text: str, *tokens: Token) -> list[str]:
    with pytest.raises(InputErrors) as refused:
        read(text, *tokens)
    return [str(finding) for finding in refused.value.findings]


def test_all_that_is_not_written_has_a_safe_default() -> None:
    assert {
        "JUP": Settings(
            admin=A,
            funder=A,
            operator=None,
            clawback_owner=A,
            start_vesting=CLAWBACK - DAY - 1,
            end_vesting=CLAWBACK - DAY,
            clawback_start=CLAWBACK,
            activation=AT_ONCE,
            closable=False,
        )
    } == read(SHORT)


def test_all_that_is_written_counts() -> None:
    text = SETTINGS + (
        f'operator = "{STRANGER.pubkey()}"\nclawback_owner = "{STRANGER.pubkey()}"\n'
        'start_vesting = "2026-01-02T03:04:05Z"\nend_vesting = 2026-01-03T00:00:00+00:00\n'
        "activation = 2026-01-05T00:00:00Z\nclosable = true\n"
    )
    assert (
        Settings(
            admin=A,
            funder=F,
            operator=S,
            clawback_owner=S,
            start_vesting=1_767_323_045,
            end_vesting=1_767_398_400,
            clawback_start=CLAWBACK,
            activation=Activation(point=1_767_571_200),
            closable=True,
        )
        == read(text)["JUP"]
    )


def test_a_token_overrides_what_stands_above_and_may_take_it_away() -> None:
    text = SETTINGS + (
        f'operator = "{STRANGER.pubkey()}"\nactivation = 2026-01-05T00:00:00Z\n'
        f'[tokens.WEN]\nadmin = "{FUNDER.pubkey()}"\noperator = "none"\nactivation = 350_000_000\n'
    )
    wen = replace(token("kamino"), symbol="WEN")
    settings = read(text, token(), wen)
    assert (A, S) == (settings["JUP"].admin, settings["JUP"].operator)
    assert (F, None) == (settings["WEN"].admin, settings["WEN"].operator)
    assert Activation(point=350_000_000, is_time=False) == settings["WEN"].activation


def test_what_a_token_needs_may_stand_in_its_own_table_alone() -> None:
    assert A == read(f"[tokens.JUP]\n{SHORT}")["JUP"].admin


def test_what_is_missing_is_named_once() -> None:
    wen = replace(token(), symbol="WEN")
    assert [
        "deploy.toml: admin: missing",
        "deploy.toml: clawback_start: missing",
    ] == [line.partition(";")[0] for line in refusals("closable = false\n", token(), wen)]


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ('admni = "x"', r"deploy.toml:4: admni 'x': unknown key; did you mean \"admin\"\?"),
        ("bonus = 5", r"4: bonus '5': unknown key; remove it; known here: admin, funder, .*"),
        ('[tokens.JPU]\nadmin = "x"', r"4: tokens.JPU: unknown key; remove it; known here: JUP"),
        ("[tokens.JUP]\nadmn = 1", r"5: tokens.JUP.admn '1': unknown key; did you mean .*"),
        ('tokens = "JUP"', r"4: tokens 'JUP': text, not a table; .*"),
        ('operator = "xyz"', r"4: operator 'xyz': 3 bytes, not 32; paste the whole base58 address"),
        ("operator = 5", "4: operator '5': a number, not text; .*"),
        (f'clawback_owner = "{"1" * 32}"', "4: clawback_owner '1+': the system program, .*"),
        ('closable = "no"', "4: closable 'no': text, not true or false; .*"),
        ("end_vesting = 1770000000", "4: end_vesting '1770000000': a number, not a moment; .*"),
        (
            "end_vesting = 2026-02-01",
            "4: end_vesting '2026-02-01': a day without an hour; .*",
        ),
        (
            "end_vesting = 2026-02-01T00:00:00",
            "4: end_vesting '.*': a time without an offset .*; write .*Z",
        ),
        (
            "end_vesting = 2026-02-01T00:00:00+02:00",
            "4: end_vesting '.*': in another time zone; .*",
        ),
        (
            "end_vesting = 2026-02-01T00:00:00.5Z",
            "4: end_vesting '.*': a fraction of .*; write it in UTC.*",
        ),
        ('end_vesting = "tomorrow"', "4: end_vesting 'tomorrow': no moment in UTC; write it .*"),
        ('end_vesting = "2026-02-30T00:00:00Z"', "4: end_vesting '.*': no day or hour of the .*"),
        ("end_vesting = 1.5", "4: end_vesting '1.5': a float, not a moment; .*"),
        ("activation = true", "4: activation 'true': true or false, not a moment; .*"),
        ("activation = 0", "4: activation '0': out of range; .*"),
        (
            "end_vesting = 2026-02-28T00:00:01Z",
            "3: clawback_start '.*': JUP: less than a day after end_vesting, .*; the programs .*",
        ),
        (
            "start_vesting = 2026-02-28T00:00:00Z",
            "4: start_vesting '.*': JUP: not before end_vesting, 2026-02-28T00:00:00Z; .*",
        ),
        (
            "activation = 2026-03-01T00:00:00Z",
            "4: activation '.*': JUP: not before clawback_start, 2026-03-01T00:00:00Z; nobody .*",
        ),
        ("admin", "4: column .*: .*; correct the TOML here or just above"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(line: str, refusal: str) -> None:
    (found,) = refusals(f"{SETTINGS}{line}\n")
    assert re.fullmatch(f"(deploy.toml:)?{refusal}", found), found


def test_everything_wrong_is_said_in_one_run() -> None:
    text = 'admin = "x"\nfunder = 1\nclosable = 2\nactivation = "soon"\nspeed = "high"\n'
    keys = [finding.split(":")[2].split()[0] for finding in refusals(text)]
    assert ["clawback_start", "admin", "funder", "closable", "activation", "speed"] == [
        "clawback_start",
        *keys[1:],
    ]


@pytest.mark.parametrize(
    ("program", "line", "problem"),
    [
        ("jupiter-2024", f'operator = "{FUNDER.pubkey()}"', "jupiter-2024 knows no operator"),
        ("kamino", f'operator = "{FUNDER.pubkey()}"', "kamino knows no operator"),
        ("jito", "closable = true", "nothing of jito can be closed"),
        ("jito", "activation = 5", "claims of jito begin with the distributor"),
        ("jito", "activation = 2026-02-01T00:00:00Z", "claims of jito begin with the distributor"),
        ("kamino", "activation = 2026-02-01T00:00:00Z", "claims of kamino begin with a slot"),
        ("jupiter-asr-2024", "activation = 2026-02-01T00:00:00Z", "begin with a slot, not at a"),
    ],
)
def test_what_a_program_cannot_do_is_refused(program: str, line: str, problem: str) -> None:
    (found,) = refusals(f"{SETTINGS}{line}\n", token(program))
    assert found.startswith("deploy.toml:4: ")
    assert problem in found
    assert "under [tokens.JUP]" in found


def test_a_token_without_a_program_is_asked_nothing_of_one() -> None:
    made = replace(token("jito"), program="none")
    assert Activation(point=5, is_time=False) == (
        read(f"{SETTINGS}activation = 5\n", made)["JUP"].activation
    )


def test_locked_amounts_vest_in_a_time_that_has_to_be_written() -> None:
    vesting = replace(token("kamino"), has_locked=True)
    assert 2 == len(refusals(SETTINGS, vesting))
    both = "start_vesting = 2026-01-02T00:00:00Z\nend_vesting = 2026-02-01T00:00:00Z\n"
    assert 1_767_312_000 == read(SETTINGS + both, vesting)["JUP"].start_vesting
    (found,) = refusals(f"{SETTINGS}end_vesting = 2026-02-01T00:00:00Z\n", vesting)
    assert "start_vesting: JUP: missing, and it has locked amounts" in found


def test_the_keys_are_those_of_the_settings() -> None:
    assert list(KEYS) == list(Settings.__dataclass_fields__)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (CLAWBACK, "2026-03-01T00:00:00Z"),
        (2**63 - 1, "9223372036854775807 s"),
    ],
)
def test_moments_are_shown_in_utc(moment: int, text: str) -> None:
    assert text == show_time(moment)


@pytest.mark.parametrize(
    ("activation", "text"),
    [
        (AT_ONCE, "at once: as soon as a vault is funded"),
        (Activation(point=CLAWBACK), "2026-03-01T00:00:00Z"),
        (Activation(point=350_000_000, is_time=False), "slot 350,000,000"),
    ],
)
def test_an_activation_says_when(activation: Activation, text: str) -> None:
    assert text == str(activation)

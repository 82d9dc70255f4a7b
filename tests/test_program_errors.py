"""What a program reports is named, by program and code, in plain words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from allocation.address import Address, parse_address
from merkle.program import PROFILES
from merkle.program.errors import explained, failure_at, failure_in, failure_of
from merkle.program.ids import (
    ASSOCIATED_TOKEN_PROGRAM,
    LOCKED_VOTER,
    SYSTEM_PROGRAM,
    TOKEN_PROGRAM,
)
from tests.plain_programs import SYSTEM, TOKEN, VOTER, key

JUPITER = "DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R"
NO_MAX_LOCK = (
    "the stake account is not under max lock: turn it on first, which cancels a running unstake"
)


def line(program: str, reason: str) -> str:
    return f"Program {program} failed: {reason}"


@pytest.mark.parametrize(
    ("name", "code", "expected"),
    [
        ("jupiter", 6000, "InsufficientUnlockedTokens"),
        ("jito", 6002, "InvalidProof"),
        ("jito", 6013, "ClaimExpired"),
        ("kamino", 6017, "InvalidVersion"),
        ("kamino", 6018, "ClaimingIsNotStarted"),
        ("kamino", 6020, "CannotCloseClaimStatus"),
        ("jupiter-2024", 6021, "InvalidActivationType"),
        ("jupiter-asr-2024", 6021, "EscrowIsNotMaxLock"),
        ("jupiter", 6021, "InvalidActivationType"),
        ("jupiter", 6022, "TypeCastedError"),
        ("jupiter", 6023, "InvalidOperator"),
        ("jupiter", 6024, "InvalidClaimType"),
        ("jupiter", 6025, "SameOperator"),
        ("jupiter", 6026, "InvalidLocker"),
        ("jupiter", 6027, "EscrowIsNotMaxLock"),
        ("jupiter", 3012, "AccountNotInitialized"),
        ("jito", 4100, "DeclaredProgramIdMismatch"),
        ("jito", 6018, "error"),
        ("kamino", 6021, "error"),
        ("jupiter", 6028, "error"),
    ],
)
def test_the_codes_of_each_program_are_its_own(name: str, code: int, expected: str) -> None:
    failure = failure_of(PROFILES[name].program_id, code)
    assert (name, code, expected) == (failure.program, failure.code, failure.name)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (6000, "LockupDurationTooShort"),
        (6004, "MaxLockIsSet"),
        (6008, "AmountIsZero"),
        (6013, "PartialUnstakingAmountIsNotZero"),
        (6014, "PartialUnstakingIsNotEnded"),
        (2003, "ConstraintRaw"),
        (6015, "error"),
    ],
)
def test_the_voter_has_codes_of_its_own(code: int, expected: str) -> None:
    failure = failure_of(LOCKED_VOTER, code)
    assert ("locked_voter", expected) == (failure.program, failure.name)


def test_the_programs_of_the_cluster_count_from_0() -> None:
    assert "AccountAlreadyInUse" == failure_of(SYSTEM_PROGRAM, 0).name
    assert "InsufficientFunds" == failure_of(TOKEN_PROGRAM, 1).name
    assert "error" == failure_of(TOKEN_PROGRAM, 3012).name


def test_a_failure_is_one_line_for_the_operator() -> None:
    failure = failure_of(PROFILES["jupiter"].program_id, 6027)
    assert f"jupiter: EscrowIsNotMaxLock 6027: {NO_MAX_LOCK}" == str(failure)


def test_a_program_of_another_id_is_known_by_its_profile() -> None:
    profile = replace(PROFILES["kamino"], program_id=key("another program"))
    assert "InvalidProof" == failure_of(profile.program_id, 6002, profile).name
    assert "kamino" == failure_of(profile.program_id, 6002, profile).program
    unknown = failure_of(profile.program_id, 6002)
    assert ("error", "not an error that this tool knows; see the program's source") == (
        unknown.name,
        unknown.words,
    )


def test_the_first_program_that_fails_is_to_blame() -> None:
    logs = [
        f"Program {JUPITER} invoke [1]",
        f"Program {VOTER} invoke [2]",
        "Program log: AnchorError thrown in lib.rs:1. Error Code: AmountIsZero.",
        f"Program {VOTER} consumed 10 of 200 compute units",
        line(VOTER, "custom program error: 0x1778"),
        line(JUPITER, "custom program error: 0x1778"),
    ]
    expected = "locked_voter: AmountIsZero 6008: an amount of 0 cannot be staked"
    assert expected == str(failure_in(logs))


def test_a_second_claim_fails_in_the_system_program() -> None:
    logs = [line(SYSTEM, "custom program error: 0x0"), line(JUPITER, "custom program error: 0x0")]
    failure = failure_in(logs)
    assert failure is not None
    assert ("system program", "AccountAlreadyInUse") == (failure.program, failure.name)


def test_a_short_vault_fails_in_spl_token() -> None:
    failure = failure_in([line(TOKEN, "custom program error: 0x1")])
    assert failure is not None
    assert ("SPL Token", "InsufficientFunds") == (failure.program, failure.name)


def test_a_log_without_failure_has_none() -> None:
    logs = [f"Program {JUPITER} success", f"Program log: {line(JUPITER, 'no')}"]
    assert failure_in(logs) is None
    assert failure_in([]) is None


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            "SBF program panicked",
            "the program stopped; where claims need an operator, its signature is missing",
        ),
        ("exceeded CUs meter at BPF instruction", "the compute limit is too low; raise it"),
        ("insufficient funds for instruction", "too little SOL; pay some in"),
        ("missing required signature for instruction", "a signature is missing"),
        (
            "Provided owner is not allowed",
            "something stands already where a token account was to be made",
        ),
        ("custom program error: 0xzz", "see the log"),
    ],
)
def test_a_failure_without_code_keeps_the_nodes_words(reason: str, words: str) -> None:
    failure = failure_in([line(JUPITER, reason)])
    assert failure is not None
    assert f"jupiter: {reason}: {words}" == str(failure)


def test_hostile_words_are_escaped_and_cut() -> None:
    failure = failure_in([line(JUPITER, "\x1b[31m" + "x" * 1000)])
    assert failure is not None
    assert "'\\x1b[31m" + "x" * 95 + "'" == failure.name


def test_a_name_that_is_no_address_is_shown_as_it_is() -> None:
    no_address = "1" * 44
    failure = failure_in([line(no_address, "custom program error: 0x0")])
    assert failure is not None
    assert (no_address, "custom program error: 0x0") == (failure.program, failure.name)


def test_every_number_has_words() -> None:
    profiles = {name: failure_of(PROFILES[name].program_id, 6014).words for name in PROFILES}
    assert {"a sum overflows, or a distributor without amounts divides by 0"} == set(
        profiles.values()
    )
    assert parse_address(JUPITER) == PROFILES["jupiter"].program_id


@pytest.mark.parametrize(
    ("program", "code", "expected"),
    [
        (PROFILES["jito"].program_id, 6016, "jito: TimestampsNotInFuture 6016: "),
        (PROFILES["jito"].program_id, 100, "jito: InstructionMissing 100: "),
        (PROFILES["jito"].program_id, 1, "jito: error 1: of the program, or of one that it calls"),
        (ASSOCIATED_TOKEN_PROGRAM, 0, "associated token program: error 0: of the program, or of "),
        (TOKEN_PROGRAM, 1, "SPL Token: InsufficientFunds 1: "),
        (SYSTEM_PROGRAM, 0, "system program: AccountAlreadyInUse 0: "),
    ],
)
def test_an_error_without_a_log_is_named_where_only_one_program_can_have_it(
    program: Address, code: int, expected: str
) -> None:
    assert str(failure_at(program, code)).startswith(expected)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("AccountNotFound", "AccountNotFound: who pays the fee has no SOL"),
        (
            '{"InsufficientFundsForRent": {}}',
            '{"InsufficientFundsForRent": {}}: too little SOL would be left on an account',
        ),
        ("AccountInUse", "AccountInUse"),
    ],
)
def test_a_transaction_that_was_not_executed_is_explained(reason: str, expected: str) -> None:
    assert expected == explained(reason)

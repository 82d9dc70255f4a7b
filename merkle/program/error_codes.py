"""The error codes of the programs, as data: name and what it means to an operator.

Source: error.rs of master, asr, 2024, Kamino and Jito; lib.rs of locked_voter; anchor-lang 0.28,
        error.rs; error.rs of the system, token and associated token programs;
        solana-transaction-error, lib.rs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Codes: TypeAlias = "Mapping[int, tuple[str, str]]"
"""Code -> name in the source, plain words."""

FIRST_CODE: Final = 6000  # Anchor counts a program's own errors from here

_COMMON: Final = (
    ("InsufficientUnlockedTokens", "nothing more of the locked amount is free yet"),
    ("StartTooFarInFuture", "vesting begins too far in the future"),
    ("InvalidProof", "wallet, amounts and proof do not lead to the root on chain"),
    ("ExceededMaxClaim", "more would be claimed than the distributor was made for"),
    ("MaxNodesExceeded", "as many wallets have claimed as the distributor was made for"),
    ("Unauthorized", "the signer is not the distributor's admin"),
    ("OwnerMismatch", "the token account is not the claimant's"),
    ("ClawbackDuringVesting", "the clawback would begin before vesting ends"),
    ("ClawbackBeforeStart", "the clawback has not begun yet"),
    ("ClawbackAlreadyClaimed", "the clawback has been made already"),
    ("InsufficientClawbackDelay", "the clawback has to begin a day after vesting ends, or later"),
    ("SameClawbackReceiver", "the clawback receiver is this one already"),
    ("SameAdmin", "the admin is this one already"),
    ("ClaimExpired", "the distributor has been clawed back: nothing can be claimed any more"),
    ("ArithmeticError", "a sum overflows, or a distributor without amounts divides by 0"),
    ("StartTimestampAfterEnd", "vesting would begin after its end"),
    ("TimestampsNotInFuture", "a time is not in the future"),
    ("InvalidVersion", "the distributor has another version"),
)
_SINCE_2023: Final = (
    ("ClaimingIsNotStarted", "claims have not begun yet"),
    ("CannotCloseDistributor", "the distributor was not made closable"),
    ("CannotCloseClaimStatus", "the record of the claim was not made closable"),
)
_ACTIVATION: Final = ("InvalidActivationType", "claims begin by slot (0) or by time (1), no other")
_NO_MAX_LOCK: Final = (
    "EscrowIsNotMaxLock",
    "the stake account is not under max lock: turn it on first, which cancels a running unstake",
)


def _numbered(*errors: tuple[str, str]) -> Codes:
    return dict(enumerate(errors, start=FIRST_CODE))


DISTRIBUTOR_CODES: Final[Mapping[str, Codes]] = {
    "jupiter": _numbered(
        *_COMMON,
        *_SINCE_2023,
        _ACTIVATION,
        ("TypeCastedError", "the claim type is none of 0 to 3"),
        ("InvalidOperator", "another operator has to sign, or none may be named"),
        ("InvalidClaimType", "the distributor is claimed otherwise: staking or not staking"),
        ("SameOperator", "the operator is this one already"),
        ("InvalidLocker", "a staking distributor needs a locker, another may have none"),
        _NO_MAX_LOCK,
    ),
    "jupiter-asr-2024": _numbered(*_COMMON, *_SINCE_2023, _NO_MAX_LOCK),
    "jupiter-2024": _numbered(*_COMMON, *_SINCE_2023, _ACTIVATION),
    "kamino": _numbered(*_COMMON, *_SINCE_2023),
    "jito": _numbered(*_COMMON),
}
"""By profile: the numbers from 6021 on mean different things."""

VOTER_CODES: Final = _numbered(
    (
        "LockupDurationTooShort",
        "the stake account is not locked for long enough: turn max lock on first",
    ),
    ("LockupDurationTooLong", "the lock would be longer than the locker allows"),
    ("RefreshCannotShorten", "a lock cannot be shortened"),
    ("EscrowNotEnded", "the lock of the stake account is not over yet"),
    ("MaxLockIsSet", "the stake account is under max lock: turn it off first"),
    ("ExpirationIsLessThanCurrentTime", "the time is over already"),
    ("LockerIsExpired", "the locker has ended"),
    ("ExpirationIsNotZero", "the locker has an end already"),
    ("AmountIsZero", "an amount of 0 cannot be staked"),
    ("MaxLockIsNotSet", "the stake account is not under max lock"),
    ("InvalidAmountForPartialUnstaking", "the amount to unstake is 0 or more than is staked"),
    ("EscrowHasBeenEnded", "the lock of the stake account is over"),
    ("InvalidUnstakingLockDuration", "the unstaking would not end in the future"),
    ("PartialUnstakingAmountIsNotZero", "a part is being unstaked: finish or cancel that first"),
    ("PartialUnstakingIsNotEnded", "the unstaking of the part is not over yet"),
)

ANCHOR_CODES: Final[Codes] = {
    100: ("InstructionMissing", "the instruction has no discriminator"),
    101: (
        "InstructionFallbackNotFound",
        "the program has no such instruction: is it the right one?",
    ),
    102: ("InstructionDidNotDeserialize", "the arguments are not those of this program's version"),
    2000: ("ConstraintMut", "an account has to be writable"),
    2001: ("ConstraintHasOne", "an account is not the one that the distributor names"),
    2002: ("ConstraintSigner", "a signature is missing"),
    2003: ("ConstraintRaw", "an account is not the one that belongs here"),
    2004: ("ConstraintOwner", "an account belongs to another program"),
    2005: ("ConstraintRentExempt", "too little SOL on an account to keep it"),
    2006: ("ConstraintSeeds", "an address is not the one that the program derives"),
    2007: ("ConstraintExecutable", "an account is no program"),
    2009: ("ConstraintAssociated", "a token account is not the associated one of owner and mint"),
    2011: ("ConstraintClose", "the account cannot be closed"),
    2012: ("ConstraintAddress", "an account is not the one that the distributor names"),
    2014: ("ConstraintTokenMint", "a token account is of another mint"),
    2015: ("ConstraintTokenOwner", "the token account that is paid is not the claimant's"),
    2019: ("ConstraintSpace", "an account has another size than the program gives it"),
    2020: ("ConstraintAccountIsNone", "an account that is needed was left out"),
    2021: ("ConstraintTokenTokenProgram", "a token account belongs to another token program"),
    2022: ("ConstraintMintTokenProgram", "the mint belongs to another token program"),
    3000: ("AccountDiscriminatorAlreadySet", "the account exists already"),
    3001: ("AccountDiscriminatorNotFound", "an account is of no type that the program knows"),
    3002: ("AccountDiscriminatorMismatch", "an account is of another type"),
    3003: ("AccountDidNotDeserialize", "an account is of another version of the program"),
    3004: ("AccountDidNotSerialize", "an account is too small for what is written into it"),
    3005: ("AccountNotEnoughKeys", "the instruction names too few accounts"),
    3006: ("AccountNotMutable", "an account has to be writable"),
    3007: ("AccountOwnedByWrongProgram", "an account belongs to another program"),
    3008: ("InvalidProgramId", "another program is named than the one that is needed"),
    3009: ("InvalidProgramExecutable", "an account that has to be a program is none"),
    3010: ("AccountNotSigner", "a signature is missing"),
    3011: ("AccountNotSystemOwned", "an account is no plain wallet"),
    3012: (
        "AccountNotInitialized",
        "an account does not exist yet: a token account, stake account or distributor is missing",
    ),
    3014: ("AccountNotAssociatedTokenAccount", "a token account is not the associated one"),
    4100: (
        "DeclaredProgramIdMismatch",
        "the program was built for another address: it is another program than was named",
    ),
}

SYSTEM_CODES: Final[Codes] = {
    0: ("AccountAlreadyInUse", "the account exists already: for a claim, it was claimed before"),
    1: ("ResultWithNegativeLamports", "too little SOL to pay for a new account or a transfer"),
    2: ("InvalidProgramId", "a program cannot own this account"),
    3: ("InvalidAccountDataLength", "an account cannot be that large"),
    4: ("MaxSeedLengthExceeded", "a seed is too long"),
    5: ("AddressWithSeedMismatch", "an address does not belong to its seed"),
    6: ("NonceNoRecentBlockhashes", "there is no recent blockhash to store"),
    7: ("NonceBlockhashNotExpired", "the nonce was advanced in this very block"),
    8: ("NonceUnexpectedBlockhashValue", "the nonce has been used: read it again and sign anew"),
}

TOKEN_CODES: Final[Codes] = {
    0: ("NotRentExempt", "too little SOL on a new token account"),
    1: ("InsufficientFunds", "the token account that pays, the vault in a claim, holds too little"),
    2: ("InvalidMint", "the mint is none"),
    3: ("MintMismatch", "the token accounts are of different mints"),
    4: ("OwnerMismatch", "the signer does not own the token account"),
    5: ("FixedSupply", "no more of this token can be made"),
    6: ("AlreadyInUse", "the token account exists already"),
    9: ("UninitializedState", "the token account does not exist yet"),
    14: ("Overflow", "the amount is above 2^64 - 1"),
    17: ("AccountFrozen", "the token account is frozen"),
    18: ("MintDecimalsMismatch", "the mint has other decimals"),
}

ASSOCIATED_TOKEN_CODES: Final[Codes] = {
    0: ("InvalidOwner", "at the address of the token account lies somebody else's"),
}

TRANSACTION_WORDS: Final[Mapping[str, str]] = {
    "AccountNotFound": "who pays the fee has no SOL",
    "AlreadyProcessed": "it has landed before",
    "BlockhashNotFound": "its blockhash is too old, or of another network",
    "InsufficientFundsForFee": "who pays the fee has too little SOL",
    "InsufficientFundsForRent": "too little SOL would be left on an account",
    "InvalidAccountForFee": "who pays the fee is no plain wallet",
    "InvalidProgramForExecution": "a program is none; is it the right network?",
    "ProgramAccountNotFound": "a program is not there; is it the right network?",
    "SignatureFailure": "a signature is not of this transaction",
}
"""Why a transaction as a whole was not executed, by the name in the source."""

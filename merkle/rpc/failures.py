"""How a node says that a transaction failed -> one line, and the numbers in it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from allocation.address import AddressError, parse_address
from merkle.bundle.findings import printable
from merkle.rpc.types import TransactionError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allocation.address import Address
    from merkle.rpc.decoding import Answer

LONGEST_TEXT: Final = 200
_PAIR: Final = 2
_FAILED: Final = re.compile("Program ([1-9A-HJ-NP-Za-km-z]{32,44}) failed: ")


def transaction_error(answer: Answer) -> TransactionError | None:
    """Read the error of a transaction; null is none.

    Custom numbers belong to the program that failed and overlap between programs:
    `failed_program` tells which one it was.
    """
    if answer.is_null():
        return None
    if isinstance(answer.value, str):
        return TransactionError(text=_short(answer.value))
    if answer.keys() != {"InstructionError"}:
        return TransactionError(text=_short(json.dumps(answer.value)))
    index, cause = answer.member("InstructionError").exactly(_PAIR)
    if isinstance(cause.value, dict) and cause.keys() == {"Custom"}:
        custom = cause.member("Custom").u64()
        text = f"instruction {index.u64()}: custom error {custom}"
        return TransactionError(text=text, instruction=index.u64(), custom=custom)
    words = cause.value if isinstance(cause.value, str) else json.dumps(cause.value)
    return TransactionError(
        text=f"instruction {index.u64()}: {_short(words)}", instruction=index.u64()
    )


def failed_program(logs: Iterable[str]) -> Address | None:
    """Name the program that failed first: the innermost one, whose number the error is."""
    for line in logs:
        if match := _FAILED.match(line):
            try:
                return parse_address(match[1])
            except AddressError:
                return None
    return None


def _short(text: str) -> str:
    return printable(text[:LONGEST_TEXT])

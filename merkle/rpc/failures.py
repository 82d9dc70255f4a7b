"""How a node says that a transaction failed -> one line, and the numbers in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from merkle.bundle.findings import printable
from merkle.rpc.types import TransactionError

if TYPE_CHECKING:
    from merkle.rpc.decoding import Answer

LONGEST_TEXT: Final = 200
_PAIR: Final = 2


def transaction_error(answer: Answer) -> TransactionError | None:
    """Read the error of a transaction; null is none.

    Custom numbers belong to the program that failed and overlap between programs: the logs name it.
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


def _short(text: str) -> str:
    return printable(text[:LONGEST_TEXT])

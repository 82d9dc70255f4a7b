"""TOML, read strictly: every key is asked for or refused, and all that is wrong is found at once.

Knows nothing of rounds. A reader asks a `Table` for each key with a parser; what is wrong goes to
the shared `Findings` and a default comes back, so that reading goes on with the next key.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections import Counter
from typing import TYPE_CHECKING, Final, TypeVar

from allocation.errors import BadValueError, InputError, InputErrors
from allocation.toml_values import TomlFloat, kind_of, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
D = TypeVar("D")


class Findings:
    """Everything wrong with one file, each finding at the line of its key."""

    def __init__(self, source: str, text: str) -> None:
        self._source = source
        self._lines = _lines_of_keys(text)
        self._errors: list[InputError] = []

    def add(self, path: str, value: object, problem: str, remedy: str) -> None:
        """Record that the key `path` is wrong; a `value` of None says that there is none."""
        line, text = self._line(path), shown(value)
        self._errors.append(InputError(self._source, line, path, text, problem, remedy))

    def __bool__(self) -> bool:
        return bool(self._errors)

    def errors(self) -> InputErrors:
        """Return all of them as one error, in the order of the lines."""
        return InputErrors(sorted(self._errors, key=lambda error: error.line))

    def _line(self, path: str) -> int:
        """Return the line of a key or else of what is nearest around it; 0 without any."""
        while path and path not in self._lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self._lines.get(path, 0)


class Table:
    """One TOML table while it is read: the keys that are asked for are the known ones.

    `values` are None where something else than a table was found and refused: it lacks nothing.
    """

    def __init__(self, findings: Findings, path: str, values: dict[str, object] | None) -> None:
        self.findings = findings
        self._path = path
        self._values = values or {}
        self._refused = values is None
        self._known: list[str] = []
        self._misplaced: list[str] = []
        self._inner: list[Table] = []

    def get(self, key: str, parse: Callable[[object], T], default: D) -> T | D:
        """Return the parsed value, or `default` where the key is absent or refused."""
        self._known.append(key)
        if key not in self._values:
            return default
        try:
            return parse(self._values[key])
        except BadValueError as error:
            self.refuse(key, error.problem, error.remedy)
            return default

    def need(self, key: str, parse: Callable[[object], T], stand_in: D, remedy: str) -> T | D:
        """Return the parsed value; an absent key is refused too."""
        self.demand(key, remedy)
        return self.get(key, parse, stand_in)

    def demand(self, key: str, remedy: str) -> None:
        """Refuse the table if it lacks `key`."""
        if key not in self._values and not self._refused:
            self.refuse(key, "missing", remedy)

    def forbid(self, keys: Iterable[str], problem: str, remedy: str) -> None:
        """Refuse keys that are known but have no place here."""
        for key in keys:
            self._misplaced.append(key)
            if key in self._values:
                self.refuse(key, problem, remedy)
                del self._values[key]

    def refuse(self, key: str, problem: str, remedy: str) -> None:
        """Record that `key` is wrong."""
        self.findings.add(self.path_of(key), self._values.get(key), problem, remedy)

    def path_of(self, key: str) -> str:
        """Return the key's path from the top of the file, such as `tokens[0].pool`."""
        name = key if _BARE_KEY.fullmatch(key) else json.dumps(key[:_LONGEST_NAME])
        return f"{self._path}.{name}" if self._path else name

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def keys(self) -> list[str]:
        """Return the keys that are written."""
        return list(self._values)

    def table(self, key: str) -> Table:
        """Return the table `key`, empty where it is absent or refused."""
        values = self.get(key, _table_of, None if key in self else {})
        return self._opened(self.path_of(key), values)

    def tables(self, key: str) -> list[Table]:
        """Return the tables of the array `key`, none where it is absent or refused."""
        path = self.path_of(key)
        entries = enumerate(self.get(key, _tables_of, []))
        return [self._opened(f"{path}[{at}]", values) for at, values in entries]

    def close(self) -> None:
        """Refuse every key, here and further in, that nobody asked for."""
        known = [key for key in self._known if key not in self._misplaced]
        for key in self._values:
            if key not in known:
                self.refuse(key, "unknown key", _nearest(key, known))
        for table in self._inner:
            table.close()

    def _opened(self, path: str, values: dict[str, object] | None) -> Table:
        self._inner.append(Table(self.findings, path, values))
        return self._inner[-1]


def parse_toml(source: str, text: str) -> Table:
    """Parse TOML text into its top table.

    Errors: InputErrors with the place where the syntax breaks.
    """
    try:
        values = tomllib.loads(text, parse_float=TomlFloat)
    except tomllib.TOMLDecodeError as error:
        raise InputErrors([_syntax_error(source, text, str(error))]) from error
    except (ValueError, RecursionError) as error:  # thousands of digits or of brackets
        problem = "a number too long or lists nested too deeply"
        raise InputErrors([InputError(source, 0, "TOML", "", problem, "remove it")]) from error
    return Table(Findings(source, text), "", values)


_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST_NAME: Final = 64  # characters shown of a key that nobody knows


def _table_of(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise BadValueError(f"{kind_of(value)}, not a table", "write its name in [brackets]")
    return value


def _tables_of(value: object) -> list[dict[str, object]]:
    if not isinstance(value, list) or not value:
        remedy = "write its name in [[double brackets]] above each table"
        problem = f"{kind_of(value)}, not a list of tables" if value != [] else "an empty list"
        raise BadValueError(problem, remedy)
    return [_table_of(entry) for entry in value]


def _nearest(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key.lower(), known, n=1)
    if close:
        return f'did you mean "{close[0]}"?'
    return f"remove it; known here: {', '.join(known)}"


_HEADER: Final = re.compile(r"(\[\[?)([^\[\]]+)\]\]?")
_KEY: Final = re.compile(r"""([A-Za-z0-9_."'-]+)\s*=""")


def _lines_of_keys(text: str) -> dict[str, int]:
    """Find the physical line of every header and key: {path: line}.

    A hint for people, not a parser: text over several lines that looks like TOML misleads it.
    """
    lines: dict[str, int] = {}
    tables: Counter[str] = Counter()
    table = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if header := _HEADER.fullmatch(line.partition("#")[0].strip()):
            table = name = header[2].strip()
            lines.setdefault(name, number)
            if header[1] == "[[":
                table = f"{name}[{tables[name]}]"
                tables[name] += 1
            lines.setdefault(table, number)
        elif key := _KEY.match(line.lstrip()):
            name = re.sub("[\"']", "", key[1])
            lines.setdefault(f"{table}.{name}" if table else name, number)
    return lines


def _syntax_error(source: str, text: str, message: str) -> InputError:
    """Say where tomllib gave up, which it tells at the end of its message."""
    lines = text.split("\n")
    problem, _, place = message.rpartition(" (at ")
    found = re.fullmatch(r"line (\d+), column (\d+)\)", place)
    line = int(found[1]) if found else len(lines)
    column = f"column {found[2]}" if found else "end of file"
    remedy = "correct the TOML here or just above"
    return InputError(source, line, column, lines[line - 1].strip(), problem, remedy)

"""The module map holds: who imports whom, who touches files, how long things are."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parent.parent
PACKAGES: Final = ("allocation", "merkle")

# From the ground up: a module imports only from ranks below its own, or from its own family (a
# package, or files that share a name before the underscore). Allocation is one rank of its own.
RANKS: Final = (
    ("allocation",),
    ("hashing",),
    ("text",),
    ("leaf", "tree", "proof"),
    ("program",),
    ("distribution",),
    ("deployment", "claim"),
    ("codec",),
    ("bundle",),
    ("verify", "rpc"),
    ("rehearse", "audit", "diff"),
    ("web",),
    ("cli",),
)
RANK_OF: Final = {family: rank for rank, families in enumerate(RANKS) for family in families}

MAY_IMPORT: Final = {
    "solders": {"allocation.address", "program", "deployment", "claim", "rehearse", "rpc"},
    "duckdb": {"allocation", "diff", "audit"},
    "urllib3": {"rpc"},
}
MAY_TOUCH_FILES: Final = {"allocation.round_file", "allocation.tables", "bundle", "rpc", "cli"}
FILE_MODULES: Final = {
    "fcntl",
    "glob",
    "io",
    "mmap",
    "os",
    "shutil",
    "socket",
    "tempfile",
    "urllib",
}
FILE_CALLS: Final = {
    *("open", "read_bytes", "read_text", "write_bytes", "write_text", "tofile", "fromfile"),
    *("exists", "is_file", "is_dir", "stat", "iterdir", "glob", "rglob", "walk"),
    *("mkdir", "rmdir", "unlink", "rename", "touch", "rmtree", "memmap"),
}

STANDS_ALONE: Final = "merkle.bundle.standalone.verify"
"""Never imported, but written into every bundle as it stands: it prints and exits by itself."""

LONGEST_FILE: Final = 300
LONGEST_FUNCTION: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One Python file of the project, parsed."""

    name: str
    tree: ast.Module
    lines: int

    @property
    def family(self) -> str:
        """The name it stands under in RANKS."""
        package, _, rest = self.name.partition(".")
        return package if package == "allocation" else _family_in_merkle(rest)

    @property
    def names(self) -> set[str]:
        """Its name, that of the module of allocation it belongs to, and its family."""
        return {self.name, ".".join(self.name.split(".")[:2]), self.family}


def _family_in_merkle(rest: str) -> str:
    name = rest.partition(".")[0]
    return name if name in RANK_OF else name.split("_")[0]


def parsed(name: str, source: str) -> Module:
    return Module(name=name, tree=ast.parse(source), lines=source.count("\n"))


def read(path: Path) -> Module:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parsed(".".join(parts).removesuffix(".__init__"), path.read_text("utf-8"))


def files_below(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


MODULES: Final = [read(path) for path in files_below(*PACKAGES)]
EVERY_FILE: Final = [read(path) for path in files_below(*PACKAGES, "fixtures", "tests")]


def imports(module: Module) -> Iterator[str]:
    """Yield every dotted name it imports: in functions and for type checkers too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def upward_imports(module: Module) -> list[str]:
    """Name the imports that do not point down."""
    wrong = []
    for name in imports(module):
        package, _, rest = name.partition(".")
        if package not in PACKAGES or name == "merkle":
            continue
        family = package if package == "allocation" else _family_in_merkle(rest)
        if family not in (module.family, "") and RANK_OF[family] >= RANK_OF[module.family]:
            wrong.append(f"{module.name} imports {name}")
    return wrong


def file_uses(module: Module) -> list[str]:
    """Name what could touch files or the network."""
    wrong = [
        f"{module.name} imports {name}"
        for name in imports(module)
        if name.split(".")[0] in FILE_MODULES
    ]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in FILE_CALLS:
                wrong.append(f"{module.name}:{node.lineno} calls {called}")
    return wrong


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count its lines; the options of a command are its manual, not its code."""
    decorators = (getattr(call, "func", call) for call in function.decorator_list)
    is_command = any(getattr(decorator, "attr", "") == "command" for decorator in decorators)
    first = function.body[0].lineno if is_command else function.lineno
    return (function.end_lineno or 0) - first + 1


def undocumented(module: Module) -> list[str]:
    """Name public modules, classes, functions and methods without a docstring."""
    found = [] if ast.get_docstring(module.tree) else [module.name]
    nodes: list[ast.AST] = [module.tree]
    while nodes:
        for child in ast.iter_child_nodes(nodes.pop()):
            if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            if child.name.startswith("_"):
                continue
            if not ast.get_docstring(child):
                found.append(f"{module.name}.{child.name}")
            if isinstance(child, ast.ClassDef):
                nodes.append(child)
    return found


def ids(module: Module) -> str:
    return module.name


@pytest.mark.parametrize("module", MODULES, ids=ids)
def test_a_module_imports_only_downward(module: Module) -> None:
    assert [] == upward_imports(module)


def test_every_module_has_a_rank() -> None:
    unranked = [module.name for module in MODULES if module.family not in RANK_OF]
    assert ["merkle"] == unranked


def test_an_upward_import_is_found_wherever_it_hides() -> None:
    hidden = (
        "from typing import TYPE_CHECKING\n"
        "from merkle import bundle\n"
        "if TYPE_CHECKING:\n    from merkle.verify import Finding\n"
        "def late():\n    import merkle.cli.app\n"
        "from merkle.hashing import hash_rows\n"
    )
    assert [
        "merkle.codec.kv imports merkle.bundle",
        "merkle.codec.kv imports merkle.verify",
        "merkle.codec.kv imports merkle.verify.Finding",
        "merkle.codec.kv imports merkle.cli.app",
    ] == upward_imports(parsed("merkle.codec.kv", hidden))
    assert upward_imports(parsed("allocation.units", "from merkle.text import TextColumn\n"))


@pytest.mark.parametrize("library", MAY_IMPORT)
def test_a_heavy_library_stays_in_its_modules(library: str) -> None:
    importers = [module for module in MODULES if library in _top_level(imports(module))]
    assert [] == [module.name for module in importers if not module.names & MAY_IMPORT[library]]
    assert importers


def _top_level(names: Iterator[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("module", MODULES, ids=ids)
def test_only_the_named_modules_touch_files(module: Module) -> None:
    if module.names & MAY_TOUCH_FILES:
        return
    assert [] == file_uses(module)


def test_what_stands_alone_is_imported_by_nobody() -> None:
    assert [] == [module.name for module in MODULES if STANDS_ALONE in imports(module)]


def test_touching_files_is_found() -> None:
    source = "import os\ndef read(path):\n    return open(path), path.read_bytes()\n"
    assert [
        "merkle.tree imports os",
        "merkle.tree:3 calls open",
        "merkle.tree:3 calls read_bytes",
    ] == file_uses(parsed("merkle.tree", source))


@pytest.mark.parametrize("module", MODULES, ids=ids)
def test_only_the_command_line_prints_or_exits(module: Module) -> None:
    if module.family == "cli" or module.name == STANDS_ALONE:
        return
    called = {
        node.func.id
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert set() == called & {"print", "input", "exit", "quit"}
    assert set() == set(imports(module)) & {"sys", "typer", "rich"}


@pytest.mark.parametrize("module", EVERY_FILE, ids=ids)
def test_files_and_functions_stay_short(module: Module) -> None:
    assert module.lines <= LONGEST_FILE
    too_long = [
        f"{function.name}: {lines} lines"
        for function in functions(module)
        if (lines := length(function)) > LONGEST_FUNCTION
    ]
    assert [] == too_long


@pytest.mark.parametrize("module", MODULES, ids=ids)
def test_everything_public_is_documented(module: Module) -> None:
    assert [] == undocumented(module)

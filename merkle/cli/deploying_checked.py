"""What `asr deploy check`, and `send` at its end, have compared: shown, and the exit code by it."""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from merkle.cli.deploying_text import checked_lines
from merkle.cli.output import counted, print_json, print_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from merkle.deployment.checks import Checked
    from merkle.rpc import Network


def show_checked(
    checked: "Sequence[Checked]", network: "Network", *, every: bool, as_json: bool
) -> None:
    """Print what was checked, or `every` single check, and exit 1 if one failed."""
    failed = sum(len(one.failed) for one in checked)
    total = sum(len(one.checks) for one in checked)
    verdict = f"All {counted(total, 'check')} pass: the chain is as planned."
    if failed:
        verdict = f"{failed} of {counted(total, 'check')} failed: the chain is not as planned."
    if as_json:
        print_json(
            {
                "genesis_hash": network.genesis_hash,
                "passed": not failed,
                "checked": [_checked_object(one) for one in checked],
            }
        )
    else:
        print_lines([*checked_lines(checked, every=every), "", verdict])
    raise typer.Exit(1 if failed else 0)


def _checked_object(checked: "Checked") -> dict[str, object]:
    from allocation.address import format_address

    return {
        "symbol": checked.symbol,
        "tree": checked.tree,
        "address": format_address(checked.address),
        "passed": checked.passed,
        "checks": [asdict(check) for check in checked.checks],
    }

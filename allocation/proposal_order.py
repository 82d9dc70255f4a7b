"""The one order of proposals: of tables, divisions, ties and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.address import AddressError, parse_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.round import Proposal


def in_id_order(proposals: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """Sort proposals by raw key if the ids of all are keys, else all by the bytes of their ids."""
    try:
        return tuple(sorted(proposals, key=lambda proposal: parse_address(proposal.id)))
    except AddressError:
        return tuple(sorted(proposals, key=lambda proposal: proposal.id.encode()))

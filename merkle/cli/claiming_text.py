"""`asr claim` for people: what to sign, in which order, and what it does."""
# ruff: noqa: PLC0415 - heavy imports stay inside the functions

from textwrap import wrap
from typing import TYPE_CHECKING

from merkle.cli.claiming_view import account_rows, signer_roles
from merkle.cli.output import WIDTH, amount, facts, flush_right, network_text, printable

if TYPE_CHECKING:
    from merkle.bundle.locate import WalletProof
    from merkle.claim.transactions import ClaimStep
    from merkle.claim.vesting import Vesting
    from merkle.cli.claiming_view import View
    from merkle.rpc.claiming import ReadyClaim


def lines(view: "View") -> list[str]:
    """Lay out every token: amounts, accounts, reasons or transactions; how to go on comes last."""
    from allocation.address import format_address

    shown = facts([("wallet", format_address(view.proofs[0].wallet)), *_chain_rows(view)])
    for proof, ready in zip(view.proofs, view.ready, strict=True):
        shown += ["", *_token_lines(view, proof, ready)]
    return [*shown, "", *_closing_lines(view)]


def _chain_rows(view: "View") -> list[tuple[str, object]]:
    from merkle.claim.preflight import moment

    if view.asked is None:
        return []
    chain, clock = view.asked.network, view.asked.clock
    return [
        ("network", network_text(chain)),
        ("node", view.node),
        ("slot", f"{clock.slot:,}, {moment(clock.unix_timestamp)}"),
    ]


def _token_lines(view: "View", proof: "WalletProof", ready: "ReadyClaim") -> list[str]:
    into = "into the stake account" if ready.claim.stakes else "into the wallet"
    rows = account_rows(ready)
    program = f"{rows[0][1]}  {ready.claim.profile.name}"
    rows = [("program", program), *rows[1:], *_locked_rows(proof, ready)]
    rows += _lamports_rows(view, ready)
    shown = [f"{proof.token.symbol}  {_amount_text(proof, ready)}  {into}", *facts(rows, 2)]
    if ready.refusals:
        reasons = [line for reason in ready.refusals for line in _wrapped("- ", reason, 2)]
        return [*shown, "", "  It cannot be claimed now:", *reasons]
    for number, step in enumerate(ready.steps, 1):
        shown += ["", *_step_lines(view, ready, step, f"{number} of {len(ready.steps)}")]
        shown += _trial_lines(ready) if number == 1 else []
        shown += ["", step.transaction.base64]
    return shown


def _amount_text(proof: "WalletProof", ready: "ReadyClaim") -> str:
    """Say what the claim is paid; of a locked amount only a chain knows how much is free."""
    decimals = proof.token.decimals
    if not ready.claim.of_locked:
        return amount(proof.unlocked, decimals)
    paid = "up to" if ready.vesting is None else f"{amount(ready.vesting.free, decimals)} of"
    return f"{paid} {amount(proof.locked, decimals)} locked"


def _locked_rows(proof: "WalletProof", ready: "ReadyClaim") -> list[tuple[str, str]]:
    """Say how much of what is locked is withdrawn and free, and when it is released."""
    decimals, vesting = proof.token.decimals, ready.vesting
    rows = []
    if proof.locked and not ready.claim.of_locked:
        locked = amount(proof.locked, decimals)
        rows.append(("locked", f"{locked} more, released over time: see --locked"))
    elif vesting is not None:
        rows += _vesting_rows(vesting, decimals)
    return rows if vesting is None else [*rows, *_time_rows(vesting)]


def _vesting_rows(vesting: "Vesting", decimals: int) -> list[tuple[str, str]]:
    rows = [
        ("withdrawn", amount(vesting.withdrawn, decimals)),
        ("free now", amount(vesting.free, decimals)),
        ("still locked", amount(vesting.still_locked, decimals)),
    ]
    return flush_right(rows)


def _time_rows(vesting: "Vesting") -> list[tuple[str, str]]:
    from merkle.claim.preflight import moment

    return [
        ("released", f"evenly from {moment(vesting.starts)} to {moment(vesting.ends)}"),
        ("clawback", f"possible from {moment(vesting.clawback)} on"),
    ]


def _lamports_rows(view: "View", ready: "ReadyClaim") -> list[tuple[str, str]]:
    from merkle.claim.preflight import sol

    if ready.needed is None:
        return []
    most = "at most " if view.asked is None else ""
    places = [
        (ready.needed.claimant, "in the wallet"),
        (ready.needed.fee_payer, "with the fee payer"),
    ]
    texts = [f"{most}{sol(lamports)} {place}" for lamports, place in places if lamports]
    return [("SOL needed", f"{texts[0]}, for rent and fees"), *(("", text) for text in texts[1:])]


def _step_lines(view: "View", ready: "ReadyClaim", step: "ClaimStep", place: str) -> list[str]:
    from allocation.address import format_address
    from merkle.claim.description import described
    from merkle.program.transactions import PACKET_BYTES

    roles, transaction = signer_roles(view), step.transaction
    shown = [f"  Transaction {place}: {step.title}"]
    if step.condition:
        shown += _wrapped("    send   ", step.condition)
    for at, words in enumerate(described(ready.claim, transaction)):
        shown += _wrapped("           " if at else "    does   ", words)
    for at, key in enumerate(map(format_address, transaction.signers)):
        shown.append(f"    {'     ' if at else 'signs'}  {key}  {roles[key]}")
    return [*shown, f"    size   {transaction.size:,} of {PACKET_BYTES:,} bytes"]


def _trial_lines(ready: "ReadyClaim") -> list[str]:
    if ready.trial is None:
        return []
    if ready.trial.failure:
        return _wrapped("    tried  ", f"it fails: {printable(ready.trial.failure)}")
    units = "" if ready.trial.units is None else f" with {ready.trial.units:,} compute units"
    rest = "; those after it cannot be tried before it is done" if len(ready.steps) > 1 else ""
    return _wrapped("    tried  ", f"the node says that it works{units}{rest}")


def _closing_lines(view: "View") -> list[str]:
    """Say how to go on."""
    from merkle.claim.description import is_of_program

    count = sum(len(one.steps) for one in view.ready)
    if not count:
        return ["Nothing to sign."]
    words = ["Nothing was signed or sent: sign with the keys named above, in your own wallet."]
    if is_of_program(view.proofs[0].wallet):
        words.append(
            "No key signs for this wallet, only its program, such as a multisig: propose there "
            "what the transactions do."
        )
    words.append(f"Blockhash: {_freshness_text(view)}.")
    if count > 1:
        words.append(f"Send the {count} in this order, each when the one before it is confirmed.")
    if view.asked is None:
        words.append("No chain was asked: --rpc-url tells whether the claim would succeed.")
    elif view.asked.shortage:
        words.append(f"Not enough SOL: {view.asked.shortage}.")
    return [line for text in words for line in _wrapped("", text)]


def _freshness_text(view: "View") -> str:
    freshness = view.options.freshness
    if not view.has_blockhash:
        return "none; put in a recent one before you sign, or give --blockhash or --rpc-url"
    if freshness.nonce is not None:
        return "that of the nonce, valid until it is used"
    if view.asked is not None and view.asked.last_valid_block_height is not None:
        height = view.asked.last_valid_block_height
        return f"valid up to block height {height:,}, about a minute from now"
    return "as given; a recent one is valid for about a minute"


def _wrapped(head: str, text: str, indent: int = 0) -> list[str]:
    """Fill the columns of a text; what follows the first line stands under its text."""
    first = " " * indent + head
    return wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )

"""Why a claim would fail, in plain words, from what is known of the chain."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from allocation.address import format_address
from merkle.claim.bonus import BonusError, bonus_of
from merkle.claim.costs import lamports_needed
from merkle.claim.facts import ChainFacts, is_unstaking, known_accounts, vesting_of
from merkle.claim.standing import LeafStanding, Payer, contradictions
from merkle.claim.transactions import ClaimError, ClaimOptions, WalletClaim
from merkle.leaf import JUPITER, leaf_hash
from merkle.program.instructions_create import BY_TIME
from merkle.program.layouts_token import FROZEN
from merkle.proof import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.address import Address
    from merkle.program.layouts_distributor import ClaimStatusAccount, DistributorAccount
    from merkle.program.layouts_token import TokenAccount

SOL: Final = 10**9  # lamports
CLAWED_BACK: Final = "the distributor was clawed back: nothing can be claimed any more"


def refusals(
    claim: WalletClaim, facts: ChainFacts, options: ClaimOptions | None = None
) -> list[str]:
    """Return every reason why the claim's transactions would fail now; none: they should work.

    Of a claim that was made, all that was locked included, or whose distributor was clawed back,
    nothing else is said: no SOL and no funding helps any more. The same holds of a locked amount
    before the first claim.

    `options.known` is not looked at: `facts` says what exists.
    """
    options = replace(options or ClaimOptions(), known=known_accounts(facts))
    distributor = facts.distributor
    if distributor is None:
        address = format_address(claim.distributor)
        return [f"there is no distributor at {address}: it is not made yet, or was closed"]
    record, ends = facts.claim_status, list(_of_end(claim, distributor, facts))
    if ends:
        return [*_of_tree(claim, distributor), *ends]
    return [
        *_of_tree(claim, distributor),
        *(() if record is None else _of_record(claim, distributor, record)),
        *_of_time(distributor, facts),
        *_of_operator(distributor, options.operator),
        *(_of_free(claim, distributor, facts) if claim.of_locked else _of_places(distributor)),
        *_of_totals(claim, distributor, facts),
        *(_of_stake(claim, distributor, facts, options) if claim.stakes else ()),
        *_of_wallet(claim, facts),
        *_of_lamports(claim, facts, options),
    ]


def _of_tree(claim: WalletClaim, distributor: DistributorAccount) -> Iterator[str]:
    leaf = leaf_hash(JUPITER, claim.mint, claim.claimant, claim.unlocked, claim.locked)
    root = fold(leaf, claim.siblings, JUPITER.hash_name)
    if root != distributor.root:
        yield (
            f"the distributor has the root {distributor.root.hex()}, this proof leads to "
            f"{root.hex()}: it was made for another tree"
        )
    if distributor.mint != claim.mint:
        mint, own = format_address(distributor.mint), format_address(claim.mint)
        yield f"the distributor pays the mint {mint}, not {own}"
    if distributor.stakes != claim.stakes:
        kind = "stakes what is claimed" if distributor.stakes else "pays into the wallet"
        yield f"the distributor {kind}, so a {claim.claim} claim fails"


def _of_end(
    claim: WalletClaim, distributor: DistributorAccount, facts: ChainFacts
) -> Iterator[str]:
    record = facts.claim_status
    if record is not None and claim.of_locked:
        yield from _of_last_claim(claim, distributor, facts)
    elif record is not None:
        yield f"claimed already: {claim.shown(record.unlocked)}"
    elif distributor.clawed_back:
        yield CLAWED_BACK
    elif claim.of_locked:
        yield "not claimed yet: the first claim comes before that of the locked amount"


def _of_last_claim(
    claim: WalletClaim, distributor: DistributorAccount, facts: ChainFacts
) -> Iterator[str]:
    """Say that nothing more becomes free of the locked amount."""
    withdrawn = vesting_of(claim, distributor, facts).withdrawn
    if withdrawn == claim.locked:
        yield f"claimed already, and so is all of {claim.shown(claim.locked)} locked"
    elif distributor.clawed_back:
        taken, locked = claim.shown(withdrawn), claim.shown(claim.locked)
        yield f"{CLAWED_BACK}; {taken} of {locked} locked were withdrawn before"


def _of_record(
    claim: WalletClaim, distributor: DistributorAccount, record: ClaimStatusAccount
) -> Iterator[str]:
    """Find what keeps a record from being that of this leaf's first claim."""
    payer = Payer(
        profile=claim.profile,
        distributor=claim.distributor,
        total_bonus=distributor.total_bonus,
        symbol=claim.symbol,
        decimals=claim.decimals,
    )
    leaf = LeafStanding(
        claimant=claim.claimant, unlocked=claim.unlocked, locked=claim.locked, record=record
    )
    yield from contradictions(payer, leaf, record)


def _of_free(
    claim: WalletClaim, distributor: DistributorAccount, facts: ChainFacts
) -> Iterator[str]:
    state = vesting_of(claim, distributor, facts)
    if state.free:
        return
    more = "more " if state.withdrawn else ""
    locked, now = claim.shown(claim.locked), moment(state.now)
    when = f"all of it will be at {moment(state.ends)}"
    if state.next_free < state.ends:
        when = f"something will be at {moment(state.next_free)}, all of it at {moment(state.ends)}"
    yield f"claimed already, and nothing {more}of {locked} locked is free at {now}: {when}"


def _of_places(distributor: DistributorAccount) -> Iterator[str]:
    if distributor.num_nodes_claimed >= distributor.max_num_nodes:
        yield (
            "as many wallets have claimed as the distributor was made for: "
            f"{distributor.num_nodes_claimed:,}"
        )


def _of_time(distributor: DistributorAccount, facts: ChainFacts) -> Iterator[str]:
    begins, now = distributor.activation_point, _point_now(distributor, facts)
    if begins <= now:
        return
    if distributor.activation_type == BY_TIME:
        yield f"claims begin at {moment(begins)}, now it is {moment(now)}"
    else:
        yield f"claims begin with slot {begins:,}, now it is slot {now:,}"


def _point_now(distributor: DistributorAccount, facts: ChainFacts) -> int:
    """Return the time or the slot, whichever the distributor counts in."""
    return facts.unix_time if distributor.activation_type == BY_TIME else facts.slot


def _of_operator(distributor: DistributorAccount, operator: Address | None) -> Iterator[str]:
    if not distributor.is_permissioned:
        return
    wanted = "nobody" if distributor.operator is None else format_address(distributor.operator)
    if operator is None:
        yield f"the operator has to sign too: {wanted}"
    elif operator != distributor.operator:
        yield f"another operator has to sign: {wanted}, not {format_address(operator)}"


def _of_totals(
    claim: WalletClaim, distributor: DistributorAccount, facts: ChainFacts
) -> Iterator[str]:
    try:
        paid = _paid_now(claim, distributor, facts)
    except BonusError as error:
        yield str(error)
        return
    left = distributor.max_total_claim - distributor.total_amount_claimed
    if paid > left:
        takes, rest = claim.shown(paid), claim.shown(max(left, 0))
        yield f"the claim takes {takes}, and only {rest} may be claimed yet"
    yield from _of_vault(claim, paid, facts.vault)


def _paid_now(claim: WalletClaim, distributor: DistributorAccount, facts: ChainFacts) -> int:
    """Return what the claim is paid.

    Errors: BonusError.
    """
    if claim.of_locked:
        return vesting_of(claim, distributor, facts).free
    now = _point_now(distributor, facts)
    return claim.unlocked + bonus_of(claim.profile, distributor, claim.unlocked, now)


def _of_vault(claim: WalletClaim, paid: int, vault: TokenAccount | None) -> Iterator[str]:
    if vault is None:
        yield "the vault does not exist"
    elif vault.amount < paid:
        held, takes = claim.shown(vault.amount), claim.shown(paid)
        yield f"the vault holds {held}, the claim takes {takes}: it has to be funded first"
    elif vault.state == FROZEN:
        yield "the vault is frozen"


def _of_stake(
    claim: WalletClaim, distributor: DistributorAccount, facts: ChainFacts, options: ClaimOptions
) -> Iterator[str]:
    if claim.unlocked == 0:
        yield "an amount of 0 cannot be staked, so this leaf can never be claimed"
    if distributor.locker is not None and distributor.locker != claim.locker:
        yield f"the distributor stakes in another locker: {format_address(distributor.locker)}"
    escrow = facts.escrow
    if escrow is None or not is_unstaking(escrow) or options.cancel_unstaking:
        return
    if escrow.ends_at > facts.unix_time:
        yield (
            f"an unstake is running until {moment(escrow.ends_at)}, so max lock is off: cancel it "
            "by turning max lock on, or finish it and claim with a new stake account"
        )
    else:
        yield (
            f"an unstake has ended at {moment(escrow.ends_at)}, and max lock is off: withdraw and "
            "claim with a new stake account, or turn max lock on, which stakes everything again"
        )


def _of_wallet(claim: WalletClaim, facts: ChainFacts) -> Iterator[str]:
    """Find what is wrong with the wallet's own token account, where the claim names it."""
    account = facts.wallet_tokens
    if account is None or not claim.needs_wallet_tokens:
        return
    if account.owner != claim.claimant:
        yield f"the wallet's token account belongs to {format_address(account.owner)}"
    if account.state == FROZEN and not claim.stakes:
        yield "the wallet's token account is frozen"


def _of_lamports(claim: WalletClaim, facts: ChainFacts, options: ClaimOptions) -> Iterator[str]:
    try:
        needed = lamports_needed(claim, options)
    except ClaimError as error:
        yield str(error)
        return
    if facts.fee_payer_lamports is not None and facts.fee_payer_lamports < needed.fee_payer:
        yield _too_little("the fee payer", facts.fee_payer_lamports, needed.fee_payer)
    if facts.claimant_lamports < needed.claimant:
        yield _too_little("the wallet", facts.claimant_lamports, needed.claimant)


def _too_little(who: str, lamports: int, needed: int) -> str:
    return f"{who} has {sol(lamports)} SOL, and {sol(needed)} SOL are needed for rent and fees"


def sol(lamports: int) -> str:
    """Write lamports as SOL, exactly."""
    whole, rest = divmod(lamports, SOL)
    return f"{whole:,}.{rest:09}"


def moment(unix_time: int) -> str:
    """Write a time for people; a number that no calendar holds as it is."""
    try:
        return datetime.fromtimestamp(unix_time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return f"{unix_time} (unix seconds)"

"""Two sides compared, as one page that a reviewer reads before tokens move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from merkle.bundle.findings import counted
from merkle.diff.claims import all_alike
from merkle.diff.wording import readable
from merkle.web.diff_tokens import anchor, token_section
from merkle.web.diff_wallets import wallets_section
from merkle.web.markup import NONE, Html, amount, gain, joined, key, number, table, text
from merkle.web.page import page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from merkle.diff import Diff, Side, TokenDiff
    from merkle.diff.gates import Violation


def diff_page(difference: Diff, violations: Sequence[Violation] | None, most_wallets: int) -> bytes:
    """Return the page; at most so many wallets of each token, those that change most."""
    symbols = ", ".join(token.symbol for token in difference.tokens)
    body = joined(
        [
            Html(f"<main>\n<h1>{text(symbols)}: two dry runs compared</h1>"),
            _sides(difference),
            _verdict(difference, violations),
            _contents(difference),
            _summary(difference),
            _rules(difference),
            *(token_section(difference, token) for token in difference.tokens),
            wallets_section(difference, most_wallets),
            Html(f'</main>\n<footer class="pale"><p>{_colophon()}</p></footer>'),
        ]
    )
    return page(f"{symbols}: two dry runs compared", body, ["diff.css"], "diff.js")


def _colophon() -> Html:
    return Html(
        "Made by <code>asr diff</code>. Every amount is exact, in tokens with all decimals. "
        "This page asks nothing of any network."
    )


def _sides(difference: Diff) -> Html:
    """Say what is compared with what: the ids are what everything else rests on."""
    rows = [_side(name, side) for name, side in (("Old", difference.old), ("New", difference.new))]
    columns = [("", "text"), ("Round", "text"), ("Method", "text"), ("Bundle id", "key")]
    return Html(f'<div class="sides">{table("What is compared", columns, rows)}</div>')


def _side(name: str, side: Side) -> list[Html]:
    if side.id is None:
        return [text(name), text("published trees"), NONE, NONE]
    return [text(name), text(side.facts["round"]), text(side.facts["method"]), key(side.id)]


def _verdict(difference: Diff, violations: Sequence[Violation] | None) -> Html:
    """Say in a sentence what the comparison came to; what is not as expected stands first."""
    changed = sum(len(token.changes) for token in difference.tokens)
    same = all_alike(difference)
    found = (
        "Both sides pay the same."
        if same
        else f"The sides pay differently: {counted(changed, 'reward')} of "
        f"{counted(len(difference.tokens), 'token')} change{'s' if changed == 1 else ''}."
    )
    if violations is None:
        return _banner("good" if same else "", found, Html(""))
    if not violations:
        return _banner("good", "Everything is as expected.", Html(f"<p>{text(found)}</p>"))
    items = "".join(f"<li>{text(violation)}</li>\n" for violation in violations)
    heading = f"{counted(len(violations), 'violation')} of what was expected"
    return _banner("bad", heading, Html(f"<ul>\n{items}</ul><p>{text(found)}</p>"))


def _banner(kind: str, heading: str, rest: Html) -> Html:
    return Html(
        f'<div class="banner {kind}" role="status"><p><strong>{text(heading)}</strong></p>'
        f"{rest}</div>"
    )


def _contents(difference: Diff) -> Html:
    links = [("summary", "Summary"), ("rules", "Rules and inputs")]
    links += [(anchor(token), token.symbol) for token in difference.tokens]
    links.append(("wallets-section", "Wallets"))
    items = "".join(f'<li><a href="#{place}">{text(name)}</a></li>' for place, name in links)
    return Html(f'<nav aria-label="Contents"><ul>{items}</ul></nav>')


def _summary(difference: Diff) -> Html:
    columns = [
        *(("Token", "text"), ("Allocated, old", "number"), ("Allocated, new", "number")),
        *(("Gains", "number"), ("Losses", "number"), ("Rewards that change", "number")),
    ]
    rows = [_summary_row(token) for token in difference.tokens]
    shown = table("What wallets get more, and less, than before, in tokens", columns, rows)
    return Html(f'<h2 id="summary">Summary</h2>\n{shown}')


def _summary_row(token: TokenDiff) -> list[Html]:
    before, after = token.allocated
    return [
        text(token.symbol),
        amount(before, token.decimals),
        amount(after, token.decimals),
        gain(token.changes.gained, token.decimals),
        gain(-token.changes.lost, token.decimals),
        number(len(token.changes)),
    ]


def _rules(difference: Diff) -> Html:
    """Say what the rounds, the inputs and the tool have otherwise."""
    parts = [Html('<h2 id="rules">Rules and inputs</h2>')]
    old, new = difference.old, difference.new
    if old.bundle is None or new.bundle is None:
        remark = "One side is published trees, which say nothing of rules and inputs."
        return joined([*parts, Html(f"<p>{text(remark)}</p>")])
    settings = readable(difference.settings)
    rows = [[text(one.name), _value(one.old), _value(one.new)] for one in settings]
    rows += [
        [text(name), text(old.facts[name]), text(new.facts[name])]
        for name in ("tool", "format")
        if old.facts[name] != new.facts[name]
    ]
    if rows:
        columns = [("Setting", "long"), ("Old", "long"), ("New", "long")]
        parts.append(table("Settings that differ; amounts in base units", columns, rows))
    else:
        parts.append(Html("<p>All settings of the two rounds are the same.</p>"))
    return joined([*parts, _inputs(difference)])


def _value(value: str) -> Html:
    return NONE if value == "none" else text(value)


def _inputs(difference: Diff) -> Html:
    if not difference.inputs:
        return Html("<p>The inputs are the same files, byte for byte.</p>")
    rows = [[text(kind), key(old), key(new)] for kind, (old, new) in difference.inputs.items()]
    columns = [("Input", "text"), ("Old sha256", "key"), ("New sha256", "key")]
    return table("Inputs that are other files", columns, rows)

"""Payouts side by side, as a picture: wallets paid, the shares of the best paid, every reward.

Matplotlib is wanted only here, and comes with the extra `plot`. Names in a picture are text of
strangers: none of it is read as mathematics.
"""
# ruff: noqa: PLC0415 - matplotlib is there only for those who draw

import io
import warnings
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from merkle.cli.output import amount, counted, printable
from merkle.cli.scenarios_view import WEIGHTS

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from allocation.side_by_side import Outcome, TokenOutcomes
    from merkle.cli.scenarios_view import View

MOST_DRAWN: Final = 12  # scenarios; more curves can't be told apart
FORMATS: Final = ("svg", "png")
LONGEST_TITLE: Final = 90  # characters
LONGEST_LABEL: Final = 30
WIDEST_LABELS: Final = 66  # characters beside each other

_SIZE: Final = (12.0, 7.0)  # inches of 100 dots
_INK, _PALE = "#333333", "#dddddd"
_SETTINGS: Final[Mapping[Any, Any]] = {  # matplotlib types every key
    "text.parse_math": False,
    "text.usetex": False,
    "svg.hashsalt": "asr",  # ids in the file would be random
    "svg.fonttype": "path",
    "font.family": ["DejaVu Sans"],  # comes with matplotlib, so every machine draws the same
    "font.size": 10,
    "text.color": _INK,
    "axes.edgecolor": "#999999",
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlepad": 10,
    "axes.axisbelow": True,
    "grid.color": _PALE,
    "grid.linewidth": 0.8,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "legend.frameon": False,
}


def check_plot(path: "Path") -> None:
    """Refuse before the work what cannot be drawn after it.

    Errors: AsrError.
    """
    from allocation.errors import AsrError

    if path.suffix.lower().removeprefix(".") not in FORMATS:
        raise AsrError(f"{path}: a picture is called .svg or .png")
    if find_spec("matplotlib") is None:
        raise AsrError("--plot needs matplotlib; install the extra: pip install 'asr[plot]'")


def picture(view: "View", kind: str) -> bytes:
    """Draw the one token of a view, as one of FORMATS; the same view gives the same bytes."""
    import matplotlib as mpl

    token = view.found.tokens[0]
    drawn = io.BytesIO()
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of signs that no font of ours has
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        figure = _figure(view, token)
        metadata = {"Date": None} if kind == "svg" else {"Software": None}
        figure.savefig(drawn, format=kind, dpi=100, metadata=metadata)
    return drawn.getvalue()


def _figure(view: "View", token: "TokenOutcomes") -> "Figure":
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(w_pad=0.15, h_pad=0.12, rect=(0, 0, 1, 0.9))
    figure = Figure(figsize=_SIZE, layout=layout)
    labels = [_cut(label, LONGEST_LABEL) for label in view.labels(token.token)]
    colors = _colors(len(labels))
    axes = figure.subplot_mosaic(
        [["kept", "rewards"], ["shares", "rewards"]], width_ratios=[1, 1.2]
    )
    _titles(figure, view, token)
    _draw_kept(axes["kept"], token.outcomes, colors)
    _draw_shares(axes["shares"], token.outcomes)
    varied = ", ".join(view.asked)
    _name_places(axes["kept"], axes["shares"], labels, varied)
    _draw_rewards(axes["rewards"], token, labels, colors)
    axes["rewards"].legend(loc="upper left", fontsize=9, title=varied, alignment="left")
    return figure


def _titles(figure: "Figure", view: "View", token: "TokenOutcomes") -> None:
    symbol, first = token.token.symbol, token.outcomes[0]
    the_round = view.rounds[0]
    if token.overlap:
        title = f"{symbol}: two rounds side by side"
        names = [outcome.name for outcome in token.outcomes]
        about = "    ".join(
            f"{name}: {_cut(one.name, LONGEST_TITLE // 2)}, {one.method}"
            for name, one in zip(names, view.rounds, strict=True)
        )
    else:
        title = f"{_cut(the_round.name, LONGEST_TITLE - 30)}: {symbol} under several rules"
        about = (
            f"{_trimmed(first.allocated, token.token.decimals)} {symbol} to "
            f"{first.kept:,} of {counted(first.wallets, 'wallet')} with "
            f"{WEIGHTS[the_round.method]}, as the round is written"
        )
    figure.text(0.012, 0.955, title, fontsize=15, fontweight="bold")
    figure.text(0.012, 0.918, about, fontsize=10, color="#666666")


def _draw_kept(axes: "Axes", outcomes: "tuple[Outcome, ...]", colors: list[Any]) -> None:
    """Draw a bar for the wallets that each scenario pays."""
    from matplotlib.ticker import MaxNLocator

    places = range(len(outcomes))
    bars = axes.bar(places, [outcome.kept for outcome in outcomes], 0.7, color=colors)
    axes.bar_label(bars, [f"{outcome.kept:,}" for outcome in outcomes], padding=2, fontsize=9)
    axes.set_title("Wallets that are paid")
    axes.margins(y=0.12)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))


def _draw_shares(axes: "Axes", outcomes: "tuple[Outcome, ...]") -> None:
    """Draw what part of the tokens the best paid get."""
    paying = [place for place, outcome in enumerate(outcomes) if outcome.allocated]
    for top, name, color, marker in (
        ("top_10", "best paid 10 %", "#35608d", "o"),
        ("top_1", "best paid 1 %", "#d1495b", "s"),
    ):
        given = [getattr(outcomes[place].spread, top).amount for place in paying]
        shares = [
            100 * part / outcomes[place].allocated
            for place, part in zip(paying, given, strict=True)
        ]
        axes.plot(paying, shares, color=color, marker=marker, label=name)
        for place, value in zip(paying, shares, strict=True):
            axes.annotate(
                f"{value:.1f}",
                (place, value),
                (0, 6),
                textcoords="offset points",
                ha="center",
                fontsize=9,
                color=color,
            )
    axes.set_title("Share of the best paid, in % of the tokens")
    axes.set_ylim(0, 112)
    axes.set_yticks(range(0, 101, 25))
    axes.set_xlim(-0.5, len(outcomes) - 0.5)
    axes.legend(loc="lower left", ncols=2, fontsize=9)


def _name_places(above: "Axes", below: "Axes", labels: list[str], varied: str) -> None:
    """Write the scenarios below their places; long ones at an angle, and only once."""
    lines = [label.replace(" (", "\n(", 1) for label in labels]
    long = max(len(line) for label in lines for line in label.split("\n"))
    angle: dict[str, Any] = {}
    if long * len(labels) > WIDEST_LABELS:
        angle, lines = {"rotation": 25, "ha": "right", "rotation_mode": "anchor"}, labels
    for axes, texts in ((above, [""] * len(lines) if angle else lines), (below, lines)):
        axes.set_xticks(range(len(lines)), texts, fontsize=9, **angle)
        axes.grid(axis="y")
        axes.tick_params(length=0)
    below.set_xlabel(varied)


def _draw_rewards(
    axes: "Axes", token: "TokenOutcomes", labels: list[str], colors: list[Any]
) -> None:
    """Draw every reward from the smallest to the largest; who is not paid stands on the left."""
    from matplotlib.ticker import FuncFormatter, LogLocator

    for number, outcome in enumerate(token.outcomes):
        rewards = [reward / 10**token.token.decimals for reward in outcome.spread.rewards]
        steps = max(len(rewards) - 1, 1)
        unpaid, paid = outcome.dropped, outcome.kept
        wallets = max(outcome.wallets, 1)
        places = [100 * (unpaid + paid * step / steps) / wallets for step in range(len(rewards))]
        width = 5.0 - 3.5 * number / max(len(labels) - 1, 1)
        axes.plot(places, rewards, color=colors[number], linewidth=width, label=labels[number])
        axes.plot(places[:1], rewards[:1], color=colors[number], marker="o", markersize=width + 3)
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(numticks=12))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.12g}"))
    axes.minorticks_off()
    axes.set_xlim(-2, 102)
    axes.set_xticks(range(0, 101, 10))
    axes.set_title(f"Reward of every wallet, in {token.token.symbol}")
    axes.set_xlabel("% of all wallets, by reward; those left of a curve's beginning get nothing")
    axes.grid()
    axes.tick_params(length=0)


def _colors(count: int) -> list[Any]:
    """Return a grey for the first outcome, and for the others shades from light to dark."""
    from matplotlib import colormaps

    shades, others = colormaps["viridis_r"], count - 1
    places = (
        [0.15 + 0.75 * place / (others - 1) for place in range(others)] if others > 1 else [0.7]
    )
    return ["#b8b8b8", *(shades(place) for place in places)]


def _trimmed(units: int, decimals: int) -> str:
    """Write an amount without the zeros behind it."""
    whole, _, fraction = amount(units, decimals).partition(".")
    return f"{whole}.{fraction}".rstrip("0").rstrip(".") if fraction else whole


def _cut(text: str, longest: int) -> str:
    """Shorten what a stranger may have made long, and escape what is no sign."""
    shown = printable(text)
    return shown if len(shown) <= longest else f"{shown[: longest - 3]}..."

"""Figures drawn by matplotlib, for notebooks and slides: it comes with the extra ``audit``, imported here only."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from odnexus.audit.figures import Figure, Tone

COLORS: Final[dict[Tone, str]] = {
    "error": "#b3412f",
    "warning": "#d19a2e",
    "info": "#5b7c99",
    "good": "#3d8168",
    "plain": "#9aa5b1",
}

_FEWEST: Final = 6
"""Columns that there is room for, however few there are."""


def axes_of(figure: Figure, axes: Any = None) -> Any:
    """Return matplotlib's axes with *figure* drawn on them.

    Args:
        figure: What to draw.
        axes: Where to draw it; axes of a new figure unless given.

    Raises:
        ImportError: matplotlib is not installed; the message says how to get it.
    """
    if axes is None:
        axes = _pyplot().subplots(figsize=(6.4, 3.4), layout="constrained")[1]
    {"bars": _bars, "columns": _columns, "lines": _lines}[figure.kind](figure, axes)
    axes.set_title(figure.title, loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    if len(figure.series) > 1:
        # Below the drawing: within it, it would lie on bars.
        shown = [
            (mark, name) for mark, name in zip(*axes.get_legend_handles_labels(), strict=True) if _says(figure, name)
        ]
        axes.legend(
            *zip(*shown, strict=True), frameon=False, fontsize=8, ncols=2, loc="upper left", bbox_to_anchor=(0.0, -0.18)
        )
    return axes


def _says(figure: Figure, name: str) -> bool:
    return any(any(each.values) for each in figure.series if each.name == name)


def _pyplot() -> Any:
    try:
        # By name, so that checking types does not need matplotlib.
        return import_module("matplotlib.pyplot")
    except ImportError as error:
        raise ImportError('plots need matplotlib: pip install "odnexus[audit]"') from error


def _bars(figure: Figure, axes: Any) -> None:
    tall = 0.8 / max(1, len(figure.series))
    for place, each in enumerate(figure.series):
        spots = [number + place * tall for number in range(len(figure.labels))]
        drawn = axes.barh(spots, each.values, height=tall * 0.92, color=COLORS[each.tone], label=each.name)
        axes.bar_label(drawn, fmt="%g %%" if figure.unit == "%" else "%g", padding=3, fontsize=8)
    axes.set_yticks([number + tall * (len(figure.series) - 1) / 2 for number in range(len(figure.labels))])
    axes.set_yticklabels(figure.labels)
    axes.invert_yaxis()
    axes.set_xlabel(figure.unit)
    # Room for what stands behind the longest.
    axes.margins(x=0.1)


def _columns(figure: Figure, axes: Any) -> None:
    base = [0.0] * len(figure.labels)
    for each in figure.series:
        axes.bar(range(len(figure.labels)), each.values, bottom=base, color=COLORS[each.tone], label=each.name)
        base = [below + value for below, value in zip(base, each.values, strict=True)]
    # One week alone would be a wall.
    spare = max(0.0, (_FEWEST - len(figure.labels)) / 2)
    axes.set_xlim(-0.6 - spare, len(figure.labels) - 0.4 + spare)
    for place, words in figure.marks.items():
        axes.axvline(place - 0.5, color="#52606d", linestyle="--", linewidth=1)
        axes.annotate(f"{words} →", (place - 0.45, 1.0), xycoords=("data", "axes fraction"), fontsize=8, va="top")
    _label_below(figure, axes)


def _lines(figure: Figure, axes: Any) -> None:
    for each in figure.series:
        axes.plot(range(len(figure.labels)), each.values, marker="o", color=COLORS[each.tone], label=each.name)
    axes.set_ylim(bottom=0)
    _label_below(figure, axes)


def _label_below(figure: Figure, axes: Any) -> None:
    every = -(-len(figure.labels) // 8) or 1
    axes.set_xticks(range(0, len(figure.labels), every))
    axes.set_xticklabels(figure.labels[::every])
    axes.set_ylabel(figure.unit)

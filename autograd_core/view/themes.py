"""Colours of drawings: one `Theme` for each surface they are shown on."""

from dataclasses import dataclass

from .text import unknown


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one theme, as ``#rrggbb``.

    Attributes
    ----------
    background, text, muted, line
        The page, what is read first, what is read second, and edges.
    leaf, operation, collapsed, frame
        Fill and border of leaves, operations, collapsed clusters, and open clusters.
    gradient
        The text of gradients.
    highlight
        The highlighted path.
    warning
        Inactive, dead and saturated units.
    flow
        The scale for |gradient| from small to large.
    """

    name: str
    background: str
    text: str
    muted: str
    line: str
    leaf: tuple[str, str]
    operation: tuple[str, str]
    collapsed: tuple[str, str]
    frame: tuple[str, str]
    gradient: str
    highlight: str
    warning: str
    flow: tuple[str, ...]


THEMES = {
    theme.name: theme
    for theme in (
        Theme(
            "light", "#ffffff", "#16202c", "#5b6775", "#7b8794",
            leaf=("#fff6e0", "#b7862b"), operation=("#eaf2fb", "#3f74ad"), collapsed=("#eaf6ee", "#3b8a5a"),
            frame=("#f7f9fb", "#b4bfca"), gradient="#a8322d", highlight="#c2185b", warning="#a8322d",
            flow=("#fdf3e7", "#fbcf9a", "#f0944d", "#cf4a2a", "#7f1d1d"),
        ),
        Theme(
            "dark", "#12161c", "#eef2f6", "#a4afbb", "#7d8895",
            leaf=("#3a3120", "#d8ae57"), operation=("#1d2f45", "#6aa5e3"), collapsed=("#1c3527", "#63c08a"),
            frame=("#191f27", "#475361"), gradient="#ff9d8f", highlight="#ff6fae", warning="#ff9d8f",
            flow=("#1e222b", "#4b2a44", "#8f3352", "#dd5f43", "#ffc46b"),
        ),
        Theme(
            "print", "#ffffff", "#000000", "#404040", "#404040",
            leaf=("#ffffff", "#000000"), operation=("#ededed", "#000000"), collapsed=("#dcdcdc", "#000000"),
            frame=("#ffffff", "#808080"), gradient="#000000", highlight="#000000", warning="#000000",
            flow=("#ffffff", "#d9d9d9", "#a6a6a6", "#6e6e6e", "#262626"),
        ),
        Theme(  # the palette of Okabe and Ito (2008); the scale is cividis (Nuñez et al., 2018)
            "colour-blind", "#ffffff", "#101010", "#4d4d4d", "#6b6b6b",
            leaf=("#fdf1d3", "#b27700"), operation=("#dbeefa", "#0072b2"), collapsed=("#d9f1e8", "#007a59"),
            frame=("#f7f7f7", "#a0a0a0"), gradient="#0b4f8a", highlight="#d55e00", warning="#9c4400",
            flow=("#fee838", "#bcae6c", "#7d7c78", "#434e6c", "#00224e"),
        ),
    )
}  # fmt: skip
"""The themes by name."""

OTHER_NAMES = {"color-blind": "colour-blind", "colorblind": "colour-blind", "colourblind": "colour-blind"}


def theme_of(name: object) -> Theme:
    """The theme called `name`.

    Raises
    ------
    ValueError
        If there is none; names the nearest.

    Examples
    --------
    >>> theme_of("drak")
    Traceback (most recent call last):
        ...
    ValueError: unknown theme 'drak': did you mean 'dark'? There are: light, dark, print, colour-blind
    """
    key = str(name).lower().replace("_", "-").replace(" ", "-")
    key = OTHER_NAMES.get(key, key)
    if key not in THEMES:
        raise ValueError(unknown("theme", name, list(THEMES)))
    return THEMES[key]


def mixed(scale: tuple[str, ...], share: float) -> str:
    """The colour at `share`, from 0 to 1, of a scale.

    >>> mixed(("#000000", "#ffffff"), 0.5)
    '#808080'
    """
    place = min(max(share, 0.0), 1.0) * (len(scale) - 1)
    i = min(int(place), len(scale) - 2)
    channels = zip(_channels(scale[i]), _channels(scale[i + 1]), strict=True)
    return "#" + "".join([f"{round(low + (high - low) * (place - i)):02x}" for low, high in channels])


def readable_on(fill: str, theme: Theme) -> str:
    """Dark or light text, whichever has more contrast on `fill` (relative luminance as in WCAG 2)."""
    dark, light = sorted((theme.text, theme.background), key=_luminance)
    on = _luminance(fill)
    return light if (_luminance(light) + 0.05) / (on + 0.05) > (on + 0.05) / (_luminance(dark) + 0.05) else dark


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (x / 255 for x in _channels(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

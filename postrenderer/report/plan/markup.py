"""HTML and SVG elements: text is escaped unless it is markup already."""

from html import escape

from postrenderer.findings import printable


class Markup(str):
    """Text that is HTML or SVG, and made only here."""

    __slots__ = ()


Content = str | int | float | Markup | None


def element(name: str, *content: Content, **attributes: Content) -> Markup:
    """An element; attributes that are None or empty are left out, and `class_` and `aria_label` lose their Python."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(printable(str(value)), quote=True)}"'
        for key, value in attributes.items()
        if value not in (None, "")
    )
    inside = together(*content)
    return Markup(f"<{name}{written}>{inside}</{name}>")


def together(*content: Content) -> Markup:
    """Pieces one behind the other."""
    return Markup("".join(piece if isinstance(piece, Markup) else _text(piece) for piece in content))


def prose(said: str) -> Markup:
    """A sentence whose code stands between backticks."""
    parts = said.split("`")
    return together(*(element("code", part) if odd % 2 else part for odd, part in enumerate(parts)))


def _text(piece: Content) -> str:
    return "" if piece is None else escape(printable(str(piece)), quote=False)

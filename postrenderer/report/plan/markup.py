"""HTML and SVG elements: text is escaped unless it is markup already."""

from html import escape


class Markup(str):
    """Text that is HTML or SVG, and made only here."""

    __slots__ = ()


Content = str | int | float | Markup | None


def element(name: str, *content: Content, **attributes: Content) -> Markup:
    """An element; attributes that are None or empty are left out, and `class_` and `aria_label` lose their Python."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value), quote=True)}"'
        for key, value in attributes.items()
        if value not in (None, "")
    )
    inside = together(*content)
    return Markup(f"<{name}{written}>{inside}</{name}>")


def together(*content: Content) -> Markup:
    """Pieces one behind the other."""
    return Markup("".join(piece if isinstance(piece, Markup) else _text(piece) for piece in content))


def _text(piece: Content) -> str:
    """What a terminal or a page would obey in a name is shown as an escape."""
    shown = "" if piece is None else str(piece)
    return escape("".join(c if c.isprintable() else repr(c)[1:-1] for c in shown), quote=False)

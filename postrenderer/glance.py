"""What a document says of itself at a glance: read as text, so that most documents need no parsing."""

import re
from typing import NamedTuple

# Text that a hook, a marked object or one of our copies must hold; nothing else can have a part by itself.
HOOK_WORDS = ("helm.sh/hook", "argocd.argoproj.io/hook", "presync/")

_PLAIN = r"""(?:([\w][^\s#:'"\\]*(?::[^\s#:'"\\]+)*)|"([^"\\\s]*)"|'([^'\s]*)')[ \t]*(?:[ \t]#[^\n]*)?\r?(?:\n|\Z)"""
_SCALAR = re.compile(r"[ \t]*" + _PLAIN)
_NOTHING = re.compile(r"[ \t]*(?:[ \t]#[^\n]*)?\r?(?:\n|\Z)")
_INDENT = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*([ ]+)(?=[^\s#-])")
_TOP_LEVEL = re.compile(r"\n(?=[^\s#])")
_SOURCE = re.compile(r"\A(?:---[^\n]*\n)?(?:[ \t]*\r?\n|#(?! Source:)[^\n]*\n)*# Source: ([^\r\n]*[^\s])")
FILENAME = "postrenderer.helm.sh/postrender-filename"
_FILENAME = re.compile(rf"""[\s{{,"']{re.escape(FILENAME)}["']?: *["']?([^"'\r\n,}}]*[^"'\s,}}])""")
_UNPLAIN_KEY = re.compile(r"""\n *(?:["'](?:name|namespace)["']|(?:name|namespace)[ \t]+:|\?|["']?<<)""")
_ESCAPED_NAME = re.compile(r"\\[xuU/\r\n]")
_WORD = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?")
_TOKEN = re.compile(r""":?([^\s"'{}\[\],]+)""")


class Glance(NamedTuple):
    """What text alone tells; `sure` is False where only the parser can tell."""

    sure: bool
    api_version: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    hooked: bool = False


UNSURE = Glance(sure=False)
NULLS = frozenset(("null", "Null", "NULL", "~"))


def glance(text: str) -> Glance:
    """Reads block-style documents that write each of their top-level keys once, plainly."""
    api_version = _top_level(text, "apiVersion")
    kind = _top_level(text, "kind")
    metadata = _only(text, "metadata")
    if not api_version or not kind or metadata is None or kind.endswith("List"):
        return UNSURE
    names = _names(text, metadata)
    if (
        names is None
        or not NULLS.isdisjoint((api_version, kind, *names))
        or _ESCAPED_NAME.search(text, metadata, _block_end(text, metadata))
    ):
        return UNSURE
    hooked = any(word in text for word in HOOK_WORDS)
    return Glance(True, api_version, kind, *names, hooked=hooked)


def template(text: str) -> str:
    """The template a document came from: Helm's `# Source:` line, or the annotation Helm 4 adds for post-renderers."""
    found = _SOURCE.match(text)
    return found[1] if found else filename(text)


def filename(text: str) -> str:
    """The value of Helm 4's annotation; text elsewhere in the document does not count."""
    if FILENAME not in text:
        return ""
    metadata = _only(text, "metadata")
    found = _FILENAME.search(text, metadata or 0, len(text) if metadata is None else _block_end(text, metadata))
    return found[1] if found else ""


def tokens(text: str) -> set[str]:
    """All that could be a name in this text, however it is quoted or nested."""
    return set(_TOKEN.findall(text))


def words(text: str) -> set[str]:
    """All that could be a name inside a longer text."""
    return set(_WORD.findall(text))


def hides_names(text: str) -> bool:
    """Whether a name could be spelled with escapes, which `tokens` does not see."""
    return _ESCAPED_NAME.search(text) is not None


def _only(text: str, key: str) -> int | None:
    """The place behind a top-level key that is written once."""
    written = "\n" + key + ":"
    first = 0 if text.startswith(key + ":") else text.find(written) + 1
    if (first == 0 and not text.startswith(key + ":")) or text.find(written, first) >= 0:
        return None
    return first + len(key) + 1


def _top_level(text: str, key: str) -> str:
    place = _only(text, key)
    return "" if place is None else _scalar(text, place)


def _scalar(text: str, place: int) -> str:
    found = _SCALAR.match(text, place)
    return (found[1] or found[2] or found[3] or "") if found else ""


def _block_end(text: str, place: int) -> int:
    found = _TOP_LEVEL.search(text, place)
    return found.start() if found else len(text)


def _names(text: str, metadata: int) -> tuple[str, str] | None:
    """Namespace and name, if metadata is a block mapping that writes each plainly and once."""
    opening = _NOTHING.match(text, metadata)
    indent = _INDENT.match(text, opening.end()) if opening else None
    if not opening or not indent:
        return None
    block = text[opening.end() - 1 : _block_end(text, metadata)]
    if _UNPLAIN_KEY.search(block):
        return None
    found = []
    for key in ("namespace", "name"):
        written = f"\n{indent[1]}{key}:"
        if block.count(written) > 1 or f"{indent[1]}generateName:" in block:
            return None
        place = block.find(written)
        behind = place + len(written)
        value = _scalar(block, behind) if place >= 0 else ""
        if place >= 0 and not value and not _NOTHING.match(block, behind):
            return None
        found.append(value)
    return (found[0], found[1]) if found[1] else None

"""What the settings may add to the tables of kinds: fields that hold names, and resources that make Secrets.

Their form is that of the tables' own rows (`references.Field`, `producing.Producer`), with kinds written KIND.GROUP.
"""

from typing import Annotated, Literal, NamedTuple

_KIND = "KIND.GROUP, without a group for Kubernetes' core kinds"
_PATH = "`a.b.[].c`: `[]` is each item, `*` each value, `[x.org/y]` a key with dots"


class Read(NamedTuple):
    """Places that hold names."""

    paths: Annotated[tuple[str, ...], f"where the names stand: {_PATH}"]
    to: Annotated[str, f"the kind that they name: {_KIND}"] = "Secret"
    pattern: Annotated[str, "for names in longer text: the text around `{name}`"] = ""


class Named(NamedTuple):
    """Places in a kind that hold names."""

    kind: Annotated[str, f"the kind that holds them: {_KIND}"]
    paths: Annotated[tuple[str, ...], f"where the names stand: {_PATH}"]
    to: Annotated[str, f"the kind that they name: {_KIND}"] = "Secret"
    pattern: Annotated[str, "for names in longer text: the text around `{name}`"] = ""


class Product(NamedTuple):
    """What a resource makes."""

    paths: Annotated[tuple[str, ...], f"the first that holds something names it: {_PATH}"] = ()
    default: Annotated[str, "its name where no path holds one; `{name}` is the resource's own"] = ""
    kind: Annotated[str, f"what it is: {_KIND}"] = "Secret"


class State(NamedTuple):
    """A state of the resource: each of the paths holds one of the values."""

    paths: Annotated[tuple[str, ...], _PATH]
    values: Annotated[tuple[str, ...], "`*` is anything, an empty text nothing, `!x` anything but x"]
    reason: Annotated[str, "why it is refused then"] = "the settings say so"


class Value(NamedTuple):
    """A value that a copy must have."""

    path: Annotated[str, _PATH]
    value: Annotated[str, "of the copy"]
    default: Annotated[str, "what counts where the field is left out"]


class Maker(NamedTuple):
    """A kind whose controller makes Secrets."""

    kind: Annotated[str, _KIND]
    makes: Annotated[tuple[Product, ...], "its products"]
    versions: Annotated[tuple[str, ...], "the API versions it is known in; empty for any"] = ()
    treat: Annotated[Literal["copy", "share", "refuse"], "what becomes of one that a hook needs"] = "copy"
    reason: Annotated[str, "why it is refused"] = "the settings say so"
    remedy: Annotated[str, "what to do about a refusal"] = ""
    reads: Annotated[tuple[Read, ...], "what its controller needs"] = ()
    idle: Annotated[tuple[State, ...], "in which it makes nothing"] = ()
    unless: Annotated[tuple[State, ...], "in which it is refused after all"] = ()
    sets: Annotated[tuple[Value, ...], "values that a copy must have"] = ()
    drops: Annotated[tuple[str, ...], "fields that a copy must not have"] = ()
    marks: Annotated[tuple[str, ...], "maps of annotations and labels that its product gets"] = ()
    anew: Annotated[bool, "each resource is issued content of its own"] = False
    mounted: Annotated[bool, "its product is there only while a pod mounts it"] = False
    stays: Annotated[bool, "its product is not deleted with it"] = False
    watched: Annotated[bool, "Argo CD has a health check for the kind"] = False
    ready: Annotated[str, "the condition in its status that tells that the product is there"] = ""

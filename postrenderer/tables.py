"""Everything that is known about kinds: the built-in tables, and what the settings add to them."""

from typing import NamedTuple

from postrenderer.databases import CONNECTION, CROSSPLANE, DATABASES
from postrenderer.extensions import Maker, Named, Read
from postrenderer.producers import MARKED, ROWS
from postrenderer.producing import Made, Producer, Set, When
from postrenderer.readers import READERS
from postrenderer.references import ELSEWHERE, NO_KIND, Field, Fields, Kind
from postrenderer.settings import DEFAULTS, Settings


class Tables(NamedTuple):
    """Fields that hold names and kinds that make Secrets, by kind."""

    fields: Fields
    producers: dict[Kind, Producer]
    marked: tuple[tuple[str, Producer], ...]  # producers of other kinds, by a text that they hold


def of(settings: Settings) -> Tables:
    """The built-in tables with the settings' rows, which come before a built-in row of the same kind."""
    if (settings.references, settings.producers) == (DEFAULTS.references, DEFAULTS.producers):
        return BUILT_IN
    producers = {row.kind: row for row in (*ROWS, *DATABASES, *map(_producer, settings.producers))}
    added: dict[Kind, list[Field]] = {}
    for row in settings.references:
        added.setdefault(_kind(row.kind), []).extend(_fields(row))
    kinds = {**dict.fromkeys(added, ()), **_fields_of(producers)}
    fields = {kind: (*added.get(kind, ()), *rows) for kind, rows in kinds.items()}
    return Tables(fields, producers, BUILT_IN.marked)


def _fields_of(producers: dict[Kind, Producer]) -> dict[Kind, tuple[Field, ...]]:
    """Fields of the tables; where a producer names its own product it refers to nothing."""
    fields: dict[Kind, tuple[Field, ...]] = {**ELSEWHERE, **READERS}
    for kind, row in producers.items():
        own = tuple(Field(NO_KIND, path) for made in row.makes for path in made.paths)
        fields[kind] = (*row.reads, *fields.get(kind, ()), *own)
    return fields


def _kind(written: str) -> Kind:
    kind, _, group = written.partition(".")
    return group, kind


def _fields(row: Named | Read) -> list[Field]:
    return [Field(_kind(row.to), path, row.pattern) for path in row.paths]


def _producer(row: Maker) -> Producer:
    made = tuple(Made(product.paths, product.default, kind=_kind(product.kind)) for product in row.makes)
    return Producer(
        source="the settings",
        **row._asdict()
        | {
            "kind": _kind(row.kind),
            "makes": made,
            "reads": tuple(field for read in row.reads for field in _fields(read)),
            "idle": tuple(When(*state) for state in row.idle),
            "unless": tuple(When(*state) for state in row.unless),
            "sets": tuple(Set(*value) for value in row.sets),
        },
    )


_PRODUCERS = {row.kind: row for row in (*ROWS, *DATABASES)}
BUILT_IN = Tables(_fields_of(_PRODUCERS), _PRODUCERS, (*MARKED, (CONNECTION, CROSSPLANE)))

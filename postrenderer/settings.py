"""The settings file `presync.yaml`: plain frozen data inside, checked by pydantic where a file is read.

pydantic is imported only then: a render with default settings starts without it.
"""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, get_args, get_type_hints

from postrenderer.errors import SettingsError
from postrenderer.extensions import Maker, Named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE_NAME = "presync.yaml"
Policy = Literal["BeforeHookCreation", "HookSucceeded", "HookFailed"]


class DeletePolicies(NamedTuple):
    """What delete policies a hook of one role must and must not have; it may have the rest where its chart says so."""

    must: Annotated[tuple[Policy, ...], "added where it is missing"] = ()
    must_not: Annotated[tuple[Policy, ...], "removed where the chart asks for it"] = ()


class Roles(NamedTuple):
    """Delete policies by the role a hook plays."""

    workloads: Annotated[DeletePolicies, "Jobs, Workflows and Pods that run to completion"] = DeletePolicies(
        must=("BeforeHookCreation",)
    )
    copies: Annotated[DeletePolicies, "the copies presync makes"] = DeletePolicies(
        must=("BeforeHookCreation", "HookSucceeded"), must_not=("HookFailed",)
    )
    others: Annotated[DeletePolicies, "every other hook"] = DeletePolicies()


class Copies(NamedTuple):
    """How copies are made."""

    service_account: Annotated[
        Literal["copy", "share", "refuse"],
        "what becomes of an application's ServiceAccount that a migration runs as: a copy with the release's own "
        "grants, the account itself (it must exist before the first install), or a refusal",
    ] = "copy"
    drop: Annotated[
        tuple[str, ...], "more annotations and labels that a copy must not carry; `*` at the end stands for any rest"
    ] = ()


class Jobs(NamedTuple):
    """Limits given to hook Jobs that set none; off unless set."""

    active_deadline_seconds: Annotated[int | None, "activeDeadlineSeconds, in seconds"] = None
    backoff_limit: Annotated[int | None, "backoffLimit, in retries"] = None


class Limits(NamedTuple):
    """What is too much to read."""

    bytes: Annotated[int, "of a stream"] = 100 * 1024 * 1024  # Argo CD's own limit on a manifest response
    documents: Annotated[int, "in a stream"] = 100_000


class Waiver(NamedTuple):
    """A fault that is accepted for a time."""

    rule: Annotated[str, "the rule whose findings are accepted"]
    reason: Annotated[str, "why, and what will end it"]
    expires: Annotated[date, "the last day; from the next on `lint` finds the fault again"]
    object: Annotated[str, "the object, `Kind/name`; `*` stands for anything"] = ""
    files: Annotated[str, "the file as it was named, or the template; `*` stands for anything"] = ""
    line: int = 0  # in the settings file; not a key there

    def __str__(self) -> str:
        return f"the waiver of {self.rule} for {' in '.join(filter(None, (self.object, self.files)))}"


class Settings(NamedTuple):
    """Everything that can be set; the defaults are what a render without a settings file uses."""

    folder: Annotated[str, "the folder under a chart's root whose objects are PreSync hooks"] = "templates/presync"
    copies: Annotated[Copies, "how copies are made"] = Copies()
    delete_policies: Annotated[Roles, "delete policies by role"] = Roles()
    jobs: Annotated[Jobs, "limits given to hook Jobs that set none"] = Jobs()
    unrunnable: Annotated[
        Literal["refuse", "drop"], "what becomes of hooks that Helm has no event for (Sync, SyncFail, Skip)"
    ] = "refuse"
    stamp: Annotated[
        Literal["auto", "on", "off"],
        "whether an ordinary ConfigMap carries the digest of the PreSync workloads, so that a commit that changes only "
        "them is synced; `auto`: when a second rendering shows that they are the same each time",
    ] = "auto"
    allow: Annotated[tuple[str, ...], "rules whose findings are accepted"] = ()
    lock: Annotated[tuple[str, ...], "rules that neither `allow` nor `presync/allow` on an object may silence"] = ()
    waivers: Annotated[tuple[Waiver, ...], "faults that are accepted for a time, each with a reason"] = ()
    limits: Annotated[Limits, "what is too much to read"] = Limits()
    references: Annotated[tuple[Named, ...], "more fields of more kinds that hold names"] = ()
    producers: Annotated[tuple[Maker, ...], "more kinds whose controllers make Secrets, or others' rows"] = ()


DEFAULTS = Settings()
_NO_DATE = "should be a date such as 2099-12-31"
_PLAINLY = {  # what pydantic says of Python's types, in YAML's words
    "extra_forbidden": "unknown key",
    "tuple_type": "should be a list",
    "model_type": "should be a mapping",
    "date_type": _NO_DATE,
    "date_from_datetime_inexact": _NO_DATE,
    "date_from_datetime_parsing": _NO_DATE,
}


def load(file: "Path") -> Settings:
    """Settings of a file. Raises SettingsError that names the key, never the value."""
    from pydantic import ValidationError
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        text = file.read_text(encoding="utf-8")
        data = YAML(typ="safe").load(text)
    except OSError as error:
        raise SettingsError(f"cannot read the settings file {file}: {error.strerror}") from None
    except (YAMLError, UnicodeDecodeError) as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        place = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else str(file)
        raise SettingsError(f"{place}: the settings file is not valid YAML") from None
    except ValueError:  # from the YAML reader's own idea of dates
        raise SettingsError(f"{file}: a date in the settings file is on no calendar") from None
    try:
        checked = _model(Settings).model_validate({} if data is None else data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        hint = "`presync settings --schema` prints every key."
        said = _PLAINLY.get(first["type"], first["msg"][0].lower() + first["msg"][1:])
        raise SettingsError(f"{file}: {key}: {said}", hint) from None
    settings: Settings = _merged(DEFAULTS, checked.model_dump(exclude_unset=True))
    return settings._replace(waivers=tuple(_with_lines(settings.waivers, text))) if settings.waivers else settings


def schema() -> dict[str, Any]:
    """The settings file's JSON Schema."""
    found: dict[str, Any] = _model(Settings).model_json_schema(by_alias=True)
    return found | {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": FILE_NAME}


def shown(settings: Settings) -> dict[str, Any]:
    """The settings with the file's own keys."""
    from pydantic.alias_generators import to_camel

    def plain(value: Any) -> Any:
        if hasattr(value, "_asdict"):
            return {to_camel(key): plain(item) for key, item in value._asdict().items() if key in _keys(type(value))}
        if isinstance(value, date):
            return str(value)
        return [plain(item) for item in value] if isinstance(value, tuple) else value

    found: dict[str, Any] = plain(settings)
    return found


def _keys(shape: type) -> dict[str, Any]:
    """The fields that a file may set: those that are described."""
    hints = get_type_hints(shape, include_extras=True)
    return {name: hint for name, hint in hints.items() if hasattr(hint, "__metadata__")}


def _model(shape: type) -> Any:
    """The pydantic model of a NamedTuple: same fields, camelCase keys, nothing else allowed."""
    from pydantic import ConfigDict, Field, create_model
    from pydantic.alias_generators import to_camel

    config = ConfigDict(extra="forbid", alias_generator=to_camel)
    fields: dict[str, Any] = {}
    for name, hint in _keys(shape).items():
        kind, description = hint.__origin__, hint.__metadata__[0]
        if hasattr(kind, "_fields"):
            kind = _model(kind)
            fields[name] = (kind, Field(default_factory=kind, description=description))
            continue
        if of := _item(kind):
            model: Any = _model(of)
            kind = tuple[model, ...]
        if name not in shape._field_defaults:  # type: ignore[attr-defined]
            fields[name] = (kind, Field(description=description, min_length=1 if kind is str else None))
        else:
            least = 0 if kind in (int, int | None) else None
            default = shape._field_defaults[name]  # type: ignore[attr-defined]
            strict = least == 0 or kind is bool or None
            fields[name] = (kind, Field(default=default, description=description, ge=least, strict=strict))
    return create_model(shape.__name__, __config__=config, __doc__=shape.__doc__, **fields)


def _item(kind: Any) -> Any:
    """The NamedTuple that a list holds; None for other lists and what is no list."""
    return next((each for each in get_args(kind) if hasattr(each, "_fields")), None)


def _merged(defaults: Any, given: dict[str, Any]) -> Any:
    """The defaults with what the file says in their place, at any depth."""
    keys = _keys(type(defaults))
    said: dict[str, Any] = {}
    for name, value in given.items():
        if isinstance(value, dict):
            said[name] = _merged(getattr(defaults, name), value)
        else:
            said[name] = _rows(keys[name].__origin__, value)
    return defaults._replace(**said)


def _rows(kind: Any, value: Any) -> Any:
    """A list of entries as NamedTuples, at any depth; anything else as it is."""
    of = _item(kind)
    if of is None:
        return value
    keys = _keys(of)
    return tuple(of(**{name: _rows(keys[name].__origin__, held) for name, held in each.items()}) for each in value)


def _with_lines(waivers: tuple[Waiver, ...], text: str) -> "Iterator[Waiver]":
    """Each waiver with the line that it begins at."""
    from ruamel.yaml import YAML

    places = YAML().load(text)["waivers"].lc
    for number, waiver in enumerate(waivers):
        yield waiver._replace(line=places.item(number)[0] + 1)

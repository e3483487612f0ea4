"""The settings file `presync.yaml`: plain frozen data inside, checked by pydantic where a file is read.

pydantic is imported only then: a render with default settings starts without it.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from postrenderer.errors import SettingsError
from postrenderer.extensions import Maker, Named

if TYPE_CHECKING:
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
    limits: Annotated[Limits, "what is too much to read"] = Limits()
    references: Annotated[tuple[Named, ...], "more fields of more kinds that hold names"] = ()
    producers: Annotated[tuple[Maker, ...], "more kinds whose controllers make Secrets, or others' rows"] = ()


DEFAULTS = Settings()


def load(file: "Path") -> Settings:
    """Settings of a file. Raises SettingsError that names the key, never the value."""
    from pydantic import ValidationError
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        data = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"cannot read the settings file {file}: {error.strerror}") from None
    except (YAMLError, UnicodeDecodeError) as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        place = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else str(file)
        raise SettingsError(f"{place}: the settings file is not valid YAML") from None
    try:
        checked = _model(Settings).model_validate({} if data is None else data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        hint = "`presync settings --schema` prints every key."
        said = "unknown key" if first["type"] == "extra_forbidden" else first["msg"][0].lower() + first["msg"][1:]
        raise SettingsError(f"{file}: {key}: {said}", hint) from None
    settings: Settings = _merged(DEFAULTS, checked.model_dump(exclude_unset=True))
    return settings


def schema() -> dict[str, Any]:
    """The settings file's JSON Schema."""
    found: dict[str, Any] = _model(Settings).model_json_schema(by_alias=True)
    return found | {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": FILE_NAME}


def shown(settings: Settings) -> dict[str, Any]:
    """The settings with the file's own keys."""
    from pydantic.alias_generators import to_camel

    def plain(value: Any) -> Any:
        if hasattr(value, "_asdict"):
            return {to_camel(key): plain(item) for key, item in value._asdict().items()}
        return [plain(item) for item in value] if isinstance(value, tuple) else value

    found: dict[str, Any] = plain(settings)
    return found


def _model(shape: type) -> Any:
    """The pydantic model of a NamedTuple: same fields, camelCase keys, nothing else allowed."""
    from pydantic import ConfigDict, Field, create_model
    from pydantic.alias_generators import to_camel

    config = ConfigDict(extra="forbid", alias_generator=to_camel)
    fields: dict[str, Any] = {}
    for name, hint in get_type_hints(shape, include_extras=True).items():
        kind, description = hint.__origin__, hint.__metadata__[0]
        default = shape._field_defaults.get(name, ...)  # type: ignore[attr-defined]
        if hasattr(kind, "_fields"):
            kind = _model(kind)
            fields[name] = (kind, Field(default_factory=kind, description=description))
        else:
            least = 0 if kind in (int, int | None) else None
            strict = least == 0 or kind is bool or None
            kind = tuple.__class_getitem__((_model(row), ...)) if (row := _row(kind)) else kind
            fields[name] = (kind, Field(default=default, description=description, ge=least, strict=strict))
    return create_model(shape.__name__, __config__=config, __doc__=shape.__doc__, **fields)


def _row(kind: Any) -> Any:
    """The NamedTuple that each entry of a list is, if it is one."""
    args = get_args(kind) if get_origin(kind) is tuple else ()
    return args[0] if args and hasattr(args[0], "_fields") else None


def _merged(defaults: Any, given: dict[str, Any]) -> Any:
    """The defaults with what the file says in their place, at any depth."""
    hints = get_type_hints(type(defaults))
    return defaults._replace(
        **{
            name: _merged(getattr(defaults, name), value) if isinstance(value, dict) else _entries(hints[name], value)
            for name, value in given.items()
        }
    )


def _entries(kind: Any, value: Any) -> Any:
    """A list of rows as NamedTuples; anything else as it is."""
    row = _row(kind)
    if row is None:
        return value
    hints = get_type_hints(row)
    return tuple(row(**{name: _entries(hints[name], held) for name, held in each.items()}) for each in value)

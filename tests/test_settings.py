"""The settings file: its defaults, what it may say, and what is said of a mistake in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from postrenderer import settings
from postrenderer.errors import SettingsError
from postrenderer.in_force import settings_in_force
from postrenderer.settings import DEFAULTS, FILE_NAME, DeletePolicies, Settings, load, schema, shown

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "hunter2-canary"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


def loaded(file: Path, text: str) -> Settings:
    file.write_text(text, encoding="utf-8")
    return load(file)


@pytest.mark.parametrize(
    "text", ["", "# c\n", "{}\n", "---\n", "~\n", "copies: {}\n", "limits: {}\ndeletePolicies: {copies: {}}\n"]
)
def test_a_file_that_says_nothing_is_the_defaults(file: Path, text: str) -> None:
    assert loaded(file, text) == DEFAULTS


SAID: dict[str, tuple[str, Settings]] = {
    "a word": ("folder: db/migrate", DEFAULTS._replace(folder="db/migrate")),
    "a list": ("allow: [no-origin]", DEFAULTS._replace(allow=("no-origin",))),
    "one level down": (
        "copies: {serviceAccount: share}",
        DEFAULTS._replace(copies=DEFAULTS.copies._replace(service_account="share")),
    ),
    "two levels down": (
        "deletePolicies: {workloads: {mustNot: [HookFailed]}}",
        DEFAULTS._replace(
            delete_policies=DEFAULTS.delete_policies._replace(
                workloads=DeletePolicies(must=("BeforeHookCreation",), must_not=("HookFailed",))
            )
        ),
    ),
    "another list than the default": (
        "deletePolicies: {copies: {must: []}}",
        DEFAULTS._replace(
            delete_policies=DEFAULTS.delete_policies._replace(copies=DeletePolicies(must=(), must_not=("HookFailed",)))
        ),
    ),
    "a number": (
        "jobs: {activeDeadlineSeconds: 600, backoffLimit: 0}",
        DEFAULTS._replace(jobs=settings.Jobs(600, 0)),
    ),
    "nothing for a number": ("jobs: {backoffLimit: ~}", DEFAULTS),
    "a limit": ("limits: {documents: 5}", DEFAULTS._replace(limits=DEFAULTS.limits._replace(documents=5))),
}


@pytest.mark.parametrize(("text", "wanted"), SAID.values(), ids=SAID)
def test_what_a_file_says_counts_and_the_defaults_fill_the_rest(file: Path, text: str, wanted: Settings) -> None:
    assert loaded(file, text) == wanted


def test_lists_of_a_file_can_be_compared_and_kept(file: Path) -> None:
    """Settings key the plan that is kept of a release."""
    assert hash(
        loaded(file, "allow: [a]\nlock: [b]\ncopies: {drop: [c]}\ndeletePolicies: {others: {must: [HookFailed]}}")
    )


WRONG = {
    "an unknown key": (f"folders: {CANARY}", "folders"),
    "an unknown key below": (f"copies: {{serviceaccount: {CANARY}}}", "copies.serviceaccount"),
    "a key in another spelling": ("delete_policies: {}", "delete_policies"),
    "a word that is none of those": (f"stamp: {CANARY}", "stamp"),
    "a word below that is none of those": (f"copies: {{serviceAccount: {CANARY}}}", "copies.serviceAccount"),
    "an unknown policy": (f"deletePolicies: {{copies: {{must: [{CANARY}]}}}}", "deletePolicies.copies.must"),
    "a policy in Helm's words": ("deletePolicies: {copies: {must: [hook-failed]}}", "deletePolicies.copies.must"),
    "a word for a list": (f"allow: {CANARY}", "allow"),
    "a list for a word": (f"folder: [{CANARY}]", "folder"),
    "a word for a map": (f"copies: {CANARY}", "copies"),
    "a word for a number": (f"limits: {{bytes: {CANARY}}}", "limits.bytes"),
    "a list for the file": (f"- {CANARY}", "the file"),
    "a word for the file": (CANARY, "the file"),
}


@pytest.mark.parametrize(("text", "key"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_told_by_its_key_and_never_by_its_value(file: Path, text: str, key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(file, text)
    assert key in caught.value.message
    assert str(file) in caught.value.message
    assert CANARY not in caught.value.message + caught.value.hint
    assert caught.value.status == 2


BROKEN = {
    "open": f"a: [{CANARY}",
    "two colons": f"a: b: {CANARY}",
    "a tab": f"a:\n\t{CANARY}: b",
    "a NUL": f"a: {CANARY}\0",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_no_yaml_is_told_by_its_place(file: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="is not valid YAML") as caught:
        loaded(file, text)
    assert CANARY not in caught.value.message
    assert caught.value.__suppress_context__


WAIVER = "waivers: [{{rule: late-dependency, object: Job/a, reason: later, expires: {}}}]"
PLAIN = {
    "a word for a list": (f"allow: {CANARY}", "allow: should be a list"),
    "nothing for a list": ("waivers:", "waivers: should be a list"),
    "a word for a map": (f"copies: {CANARY}", "copies: should be a mapping"),
    "a word for a date": (WAIVER.format(CANARY), "waivers.0.expires: should be a date such as 2099-12-31"),
    "a number for a date": (WAIVER.format(20990101), "waivers.0.expires: should be a date such as 2099-12-31"),
    "a time for a date": (WAIVER.format('"2099-01-01T10:00:00Z"'), "should be a date such as 2099-12-31"),
    "a date on no calendar": (WAIVER.format("2099-02-30"), "a date in the settings file is on no calendar"),
}


@pytest.mark.parametrize(("text", "said"), PLAIN.values(), ids=PLAIN)
def test_a_mistake_is_told_in_the_words_of_yaml(file: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        loaded(file, text)
    assert str(file) in caught.value.message
    assert CANARY not in caught.value.message


def test_other_bytes_and_repeated_keys_are_told(file: Path) -> None:
    file.write_bytes(b"folder: \xff")
    with pytest.raises(SettingsError, match="is not valid YAML"):
        load(file)
    with pytest.raises(SettingsError):
        loaded(file, f"folder: a\nfolder: {CANARY}")


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="cannot read the settings file"):
        load(tmp_path / name)


# The schema.


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_the_schema_accepts_the_defaults_and_what_a_file_may_say(file: Path) -> None:
    checked = jsonschema.Draft202012Validator(schema())
    checked.validate(json.loads(json.dumps(shown(DEFAULTS))))
    for text, wanted in SAID.values():
        assert loaded(file, text) == wanted
        checked.validate(json.loads(json.dumps(shown(wanted))))


@pytest.mark.parametrize("text", [text for name, (text, _) in WRONG.items() if "file" not in name])
def test_the_schema_refuses_what_a_file_may_not_say(text: str) -> None:
    from ruamel.yaml import YAML

    checked = jsonschema.Draft202012Validator(schema())
    assert not checked.is_valid(YAML(typ="safe").load(text))


def keys_of(part: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """The keys that a schema describes, each with those below it."""
    part = whole["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part
    return {key: keys_of(below, whole) for key, below in part.get("properties", {}).items()}


def keys(value: Any) -> dict[str, Any]:
    return {key: keys(below) for key, below in value.items()} if isinstance(value, dict) else {}


def test_the_schema_has_every_key_with_a_description() -> None:
    whole = schema()
    assert keys_of(whole, whole) == keys(shown(DEFAULTS))
    described = [whole, *whole["$defs"].values()]
    assert [
        key for part in described for key, below in part["properties"].items() if not below.get("description")
    ] == []


def test_what_is_shown_can_be_loaded_again(file: Path) -> None:
    assert loaded(file, json.dumps(shown(DEFAULTS))) == DEFAULTS


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        DEFAULTS.folder = "x"  # type: ignore[misc]


def test_the_defaults_never_let_a_failure_delete_a_copy() -> None:
    assert "HookFailed" in DEFAULTS.delete_policies.copies.must_not
    assert "BeforeHookCreation" in DEFAULTS.delete_policies.workloads.must
    assert DEFAULTS.delete_policies.others == DeletePolicies()


LOGIN = "producers: [{kind: Login.my.org, makes: [{paths: [spec.to]}], "
FAULTY = {
    "a pattern without a name": ("references: [{kind: Job.batch, paths: [a.b], pattern: x}]", "must hold {name} once"),
    "a pattern with two": ("references: [{kind: Job.batch, paths: [a], pattern: '{name}{name}'}]", "{name} once"),
    "no path": ("references: [{kind: Job.batch, paths: ['']}]", "'' is no path"),
    "an item without a dot": ("references: [{kind: Job.batch, paths: ['a.b[].c']}]", "'a.b[].c' is no path"),
    "a version for a group": ("references: [{kind: batch/v1/Job, paths: [a]}]", "is no KIND.GROUP"),
    "no target": ("references: [{kind: Job.batch, paths: [a], to: ''}]", "is no KIND.GROUP"),
    "a pattern of a producer": (f"{LOGIN} reads: [{{paths: [spec.by], pattern: x}}]}}]", "must hold {name} once"),
    "a product of no kind": ("producers: [{kind: A.b, makes: [{kind: v1/Secret}]}]", "is no KIND.GROUP"),
    "a state's path": (f"{LOGIN} idle: [{{paths: [a..b], values: [x]}}]}}]", "'a..b' is no path"),
    "an item left out": (f"{LOGIN} drops: ['spec.list.[]']}}]", "is no field of a map"),
    "everything left out": (f"{LOGIN} drops: [spec]}}]", "is no field of a map"),
    "every field left out": (f"{LOGIN} drops: ['spec.*']}}]", "is no field of a map"),
    "the name left out": (f"{LOGIN} drops: [metadata.name]}}]", "a copy cannot change 'metadata.name'"),
    "the product left out": (f"{LOGIN} drops: [spec.to]}}]", "cannot change both 'spec.to' and 'spec.to'"),
    "what is left out twice": (f"{LOGIN} drops: [spec.a, spec.a.b]}}]", "cannot change both 'spec.a' and 'spec.a.b'"),
    "what is read left out": (f"{LOGIN} drops: [spec.a], reads: [{{paths: ['spec.*.b']}}]}}]", "cannot change both"),
    "what is set left out": (
        f"{LOGIN} drops: [spec.a], sets: [{{path: spec.a, value: x, default: y}}]}}]",
        "cannot change both",
    ),
    "a key renamed": ("producers: [{kind: A.b, makes: [{paths: ['spec.users.{}']}]}]", "say `treat: refuse`"),
}


@pytest.mark.parametrize(("text", "said"), FAULTY.values(), ids=FAULTY)
def test_a_row_that_could_not_be_followed_is_told(file: Path, text: str, said: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        settings_in_force(str(file))
    assert said in caught.value.message
    assert caught.value.message.startswith(text.partition(":")[0])


@pytest.mark.parametrize(
    "text",
    [
        f"{LOGIN} treat: refuse, drops: [spec.to]}}]",
        "producers: [{kind: A.b, makes: [{paths: [metadata.name]}, {paths: [metadata.name], kind: ConfigMap}]}]",
        f"{LOGIN} sets: [{{path: 'spec.[my.org/mode]', value: x, default: y}}], marks: [spec.labels]}}]",
        f"{LOGIN} reads: [{{paths: [spec.by]}}, {{paths: [spec.by], to: ConfigMap}}]}}]",
    ],
)
def test_a_row_that_can_be_followed_is_not(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    assert settings_in_force(str(file)).producers

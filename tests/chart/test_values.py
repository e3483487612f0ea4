"""Every value is declared, described, checked and used."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from .rendering import CHART, FILES, each_file, each_helm, rendered, template
from .values import at, descriptions, leaves, merged, read_yaml, readme, schema, schema_of, uses

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VALUES = read_yaml(CHART / "values.yaml")
KEYS = [key for key, _ in leaves(VALUES, descriptions())]
NOT_OURS = {"global"}  # a parent chart's

# The first that the schema allows and that is not there already takes a value's place.
OTHERS = (
    7, "other", "2h", "/other", "sha256:" + "7" * 64, [{"other": "value"}], ["other"],
    {"other": "value"}, {"other": {"key": "value"}}, {"requests": {"other": "value"}},
)  # fmt: skip
# Where `everything` does not show a value: the file that does.
SHOWN_BY = {
    "image.tag": "default",
    "presync.serviceAccount.create": "default",
    "presync.serviceAccount.shared": "default",
    "replicaCount": "default",
    "secret.existingSecret": "existing-secret",
}


@pytest.mark.parametrize("key", KEYS)
def test_every_value_changes_what_is_rendered(key: str) -> None:
    name = "external-secret" if key.startswith("externalSecret.") else SHOWN_BY.get(key, "everything")
    other = json.dumps(another(key, at(merged(VALUES, read_yaml(FILES[name])), key)))
    changed = template("helm-3.17", FILES[name], "--set-json", f"{key}={other}").text
    assert changed != rendered(FILES[name])


def test_large_numbers_are_written_as_they_are(tmp_path: Path) -> None:
    """Helm reads every number of a file as a float, and prints a large one as 1e+06."""
    numbers = ("replicaCount", "revisionHistoryLimit", "terminationGracePeriodSeconds")
    numbers_of_the_migration = ("activeDeadlineSeconds", "backoffLimit")
    values = dict.fromkeys(numbers, 1234567) | {"presync": dict.fromkeys(numbers_of_the_migration, 1234567)}
    file = tmp_path / "values.yaml"
    file.write_text(json.dumps({**values, "podSecurityContext": {"runAsUser": 1234567}}))
    text = rendered(file)
    assert "e+" not in text
    assert text.count(": 1234567\n") == 5 + 3  # each pod has the user


def another(key: str, value: Any) -> Any:
    allowed = schema_of(key)
    if isinstance(value, bool):
        return not value
    others = allowed.get("enum", OTHERS)
    return next(other for other in others if other != value and jsonschema.Draft7Validator(allowed).is_valid(other))


def test_every_value_that_a_template_uses_is_declared() -> None:
    declared = {key.split(".")[0] for key in VALUES}
    assert {use.split(".")[0] for use in uses()} == declared
    for use, where in uses().items():
        assert at(VALUES, use) is not None, f"{where} uses {use}"


def test_every_value_has_a_description_that_is_a_sentence() -> None:
    described = descriptions()
    assert set(KEYS) == set(described)
    assert [key for key, text in described.items() if not (text[0].isupper() and text.endswith("."))] == []


def test_the_readme_says_what_values_yaml_says() -> None:
    assert (CHART / "README.md").read_text() == readme()


def test_the_schema_is_one_and_allows_the_defaults() -> None:
    jsonschema.Draft7Validator.check_schema(schema())
    jsonschema.Draft7Validator(schema()).validate(VALUES)


@each_file
def test_the_schema_allows_each_file(file: Path) -> None:
    jsonschema.Draft7Validator(schema()).validate(merged(VALUES, read_yaml(file)))


@each_file
def test_each_file_says_in_its_first_line_what_it_is_for(file: Path) -> None:
    assert file.read_text().startswith("# ")
    assert file.read_text().split("\n")[0].endswith(".")


def test_the_schema_knows_the_same_keys_as_values_yaml() -> None:
    assert sorted(declared_by(schema(), schema())) == sorted(KEYS)


def declared_by(part: dict[str, Any], whole: dict[str, Any], above: str = "") -> Iterator[str]:
    """Down to what the chart describes; what Kubernetes owns is below that."""
    for key, inner in part["properties"].items():
        target = at(whole, inner["$ref"].removeprefix("#/").replace("/", ".")) if "$ref" in inner else inner
        if "properties" in target and above + key not in KEYS:
            yield from declared_by(target, whole, f"{above}{key}.")
        elif above + key not in NOT_OURS:
            yield above + key


def test_the_schema_refuses_unknown_keys_at_every_level_it_describes() -> None:
    open_ones = [part for part in parts_of(schema()) if "properties" in part and part.get("additionalProperties", True)]
    assert open_ones == []


def parts_of(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from parts_of(inner)


WRONG = {
    "a key that is not there": ("presync.mod=helm", "mod"),
    "a key that is not there, at the top": ("replicas=2", "replicas"),
    "a key that is not there, in a shared part": ("tests.image.digets=x", "digets"),
    "a word that is none": ("presync.mode=argo", "mode"),
    "a text for a number": ("replicaCount=two", "replicaCount"),
    "a text for true": ("ingress.enabled=sometimes", "enabled"),
    "a number for a text": ("config.PORT=8080", "PORT"),
    "a map for a list": ("imagePullSecrets.name=mirror", "imagePullSecrets"),
    "a list for a map": ("secret.values={a,b}", "values"),
    "a port that is none": ("service.port=0", "port"),
    "a name that is none": ("presync.serviceAccount.name=Migration", "name"),
    "a digest that is none": ("image.digest=sha256:1", "digest"),
    "nothing for a number": ("presync.wave=null", "wave"),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
@each_helm
def test_a_wrong_value_is_refused_by_its_name(case: tuple[str, str], helm: str) -> None:
    setting, name = case
    refused = template(helm, FILES["default"], "--set", setting)
    assert (refused.code, refused.stdout) == (1, "")
    assert "don't meet the specifications of the schema" in refused.stderr
    assert name in refused.stderr


URL = "secret.values.DATABASE_URL=x"
STORE, DATA = "externalSecret.enabled=true,externalSecret.storeName=s", "externalSecret.data.A.key=k"
RULES = "rules[0].verbs={get}"
NOT_TOGETHER = {
    "two sources of the Secret": ("existing-secret", URL, "Choose one: "),
    "a Secret and an ExternalSecret": ("external-secret", URL, "Choose one: "),
    "random texts in Argo CD": ("argocd", "secret.generate={KEY}", "secret.generate needs Helm"),
    "no store": ("external-secret", "externalSecret.storeName=", "externalSecret.storeName is missing"),
    "nothing to fetch": ("cloud-identity", STORE, "externalSecret.dataFrom are both empty"),
    "a generator": (
        "cloud-identity",
        f"{STORE},{DATA},externalSecret.dataFrom[0].sourceRef.generatorRef.kind=Password",
        "has a generatorRef",
    ),
    "half a login": ("default", "imageCredentials.create=true", "imageCredentials needs registry"),
    "no rules": ("default", "rbac.create=true", "- rbac.rules is empty"),
    "rights for everybody": (
        "default",
        f"rbac.create=true,rbac.{RULES},serviceAccount.create=false",
        "- rbac.create would give its rights to every pod",
    ),
    "own rights of a shared account": (
        "shared-serviceaccount",
        f"presync.rbac.create=true,presync.rbac.{RULES}",
        "presync.rbac.create is for the migration's own ServiceAccount",
    ),
    "rights that come too late": (
        "shared-serviceaccount",
        "serviceAccount.create=false,serviceAccount.name=there",
        "the rights in rbac.rules come after the migration",
    ),
    "a shared cloud identity": (
        "cloud-identity",
        "presync.serviceAccount.shared=true",
        "the cloud knows the ServiceAccount with eks.amazonaws.com/role-arn by its name",
    ),
    "one name for two accounts": (
        "default",
        "serviceAccount.name=one,presync.serviceAccount.name=one",
        "presync.serviceAccount.name is the application's",
    ),
    "no rules for the migration": ("default", "presync.rbac.create=true", "- presync.rbac.rules is empty"),
    "the migration's rights for everybody": (
        "default",
        f"presync.rbac.create=true,presync.rbac.{RULES},presync.serviceAccount.create=false",
        "presync.rbac.create would give its rights to every pod",
    ),
}


@pytest.mark.parametrize("case", NOT_TOGETHER.values(), ids=NOT_TOGETHER)
def test_values_that_do_not_go_together_are_refused(case: tuple[str, str, str]) -> None:
    name, settings, message = case
    refused = template("helm-3.17", FILES[name], "--set", settings)
    assert (refused.code, refused.stdout) == (1, "")
    assert message in refused.stderr


def test_every_such_refusal_is_tried() -> None:
    text = (CHART / "templates" / "_checks.tpl").read_text()
    assert text.count("append $faults") == len({message for _, _, message in NOT_TOGETHER.values()})

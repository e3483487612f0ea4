"""What silences a finding, and what does not."""

from __future__ import annotations

import pytest

from postrenderer.findings import Finding, Severity, is_allowed
from postrenderer.settings import DEFAULTS

from .given import app, job, one, refusals, rendered, secret

RULE = "copy-refused"


def finding(annotations: str = "", rule: str = RULE) -> Finding:
    return Finding(rule, Severity.ERROR, one(job(annotations=annotations)), "Job/migrate is wrong", "Mend it.")


ALLOWED = {
    "nothing": ("", (), (), False),
    "the settings": ("", (RULE,), (), True),
    "the settings, another rule": ("", ("no-origin",), (), False),
    "the object": (f"presync/allow: {RULE}", (), (), True),
    "the object, among others": (f'presync/allow: "a, {RULE} ,b"', (), (), True),
    "the object, another rule": ("presync/allow: copy", (), (), False),
    "the object, all rules": ('presync/allow: "*"', (), (), False),
    "the object, nothing": ('presync/allow: ""', (), (), False),
    "the object, but locked": (f"presync/allow: {RULE}", (), (RULE,), False),
    "the settings, but locked": ("", (RULE,), (RULE,), False),
    "another rule is locked": (f"presync/allow: {RULE}", (), ("no-origin",), True),
}


@pytest.mark.parametrize(("own", "allow", "lock", "allowed"), ALLOWED.values(), ids=ALLOWED)
def test_a_finding_is_allowed_by_the_settings_or_the_object_and_never_if_locked(
    own: str, allow: tuple[str, ...], lock: tuple[str, ...], allowed: bool
) -> None:
    assert is_allowed(finding(own), DEFAULTS._replace(allow=allow, lock=lock)) is allowed


def test_an_object_that_a_glance_tells_is_not_parsed_for_it() -> None:
    found = finding()._replace(manifest=one(app()))
    assert not is_allowed(found, DEFAULTS)
    assert "root" not in found.manifest.__dict__


def test_what_is_found_again_is_the_same_finding() -> None:
    first, second = finding(), finding()
    assert first.manifest is not second.manifest
    assert first.key == second.key
    assert first.key != finding(rule="other")._replace(message="x").key


LACKING = secret(body="data: {}")


def test_an_allowed_error_lets_the_render_through() -> None:
    pre_sync = "argocd.argoproj.io/hook: PreSync"
    assert [f.rule for f in refusals(LACKING + job())] == [RULE]
    assert refusals(LACKING + job(annotations=f"{pre_sync}, presync/allow: {RULE}")) == []


def test_a_locked_rule_refuses_whatever_the_object_says() -> None:
    text = LACKING + job(annotations=f"argocd.argoproj.io/hook: PreSync, presync/allow: {RULE}")
    assert [f.rule for f in refusals(text, settings=DEFAULTS._replace(lock=(RULE,)))] == [RULE]


def test_a_warning_refuses_nothing() -> None:
    judged = rendered(job(annotations="helm.sh/hook: pre-upgrade")).judged
    warnings = [each for each in judged if each.finding.severity is Severity.WARNING]
    assert warnings
    assert not any(each.refuses for each in warnings)

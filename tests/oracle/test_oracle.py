"""The oracle itself: Argo CD's and Helm's tables, and each check seen to fail on a bad rendering."""

from __future__ import annotations

import hashlib
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from . import checks_of_hooks as hooks
from . import checks_of_text as text
from . import meaning, secrets
from .objects import Resource, identity
from .references import workload_targets
from .release import Release
from .yaml_text import cut, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COPY = "presync/copy-of: db, "
PRESYNC = "argocd.argoproj.io/hook: PreSync"
BHC = "argocd.argoproj.io/hook-delete-policy: BeforeHookCreation"


def secret(name: str, annotations: str = "", labels: str = "", data: str = "{a: b}") -> str:
    metadata = f"{{name: {name}, annotations: {{{annotations}}}, labels: {{{labels}}}}}"
    return f"---\napiVersion: v1\nkind: Secret\nmetadata: {metadata}\ndata: {data}\n"


def copied(name: str = "db-presync", extra: str = 'argocd.argoproj.io/sync-wave: "-1"', data: str = "{a: b}") -> str:
    return secret(name, f"{COPY}{PRESYNC}, {extra}", 'presync/copy: "true"', data)


def workload(kind: str, name: str, reads: str, annotations: str = "", account: str = "") -> str:
    group = "batch" if kind == "Job" else "apps"
    metadata = f"{{name: {name}, annotations: {{{annotations}}}}}"
    pod = f"{{serviceAccountName: '{account}', containers: [{{name: c, envFrom: [{{secretRef: {{name: {reads}}}}}]}}]}}"
    return f"---\napiVersion: {group}/v1\nkind: {kind}\nmetadata: {metadata}\nspec: {{template: {{spec: {pod}}}}}\n"


def binding(name: str, account: str, annotations: str = "", labels: str = "") -> str:
    subjects = f"[{{kind: ServiceAccount, name: {account}}}]"
    metadata = f"{{name: {name}, annotations: {{{annotations}}}, labels: {{{labels}}}}}"
    head = "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n"
    return f"{head}metadata: {metadata}\nsubjects: {subjects}\nroleRef: {{kind: Role, name: outside}}\n"


def account(name: str, annotations: str = "") -> str:
    return f"---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}, annotations: {{{annotations}}}}}\n"


HELM_PRE = "helm.sh/hook: 'pre-install,pre-upgrade'"
APP = workload("Deployment", "app", "db")
UNSAFE = secret("db") + APP + workload("Job", "migrate", "db", HELM_PRE)
SYNC_FAIL = "argocd.argoproj.io/hook: SyncFail"
SAFE = secret("db") + copied() + APP + workload("Job", "migrate", "db-presync", f"{PRESYNC}, {BHC}")
CRON = "---\napiVersion: example.org/v1\nkind: ExternalSecret\nmetadata: {name: e}\nspec: {target: {name: made}}\n"

ALL_CHECKS: list[Callable[[Release, Release], Iterator[str]]] = [
    text.unexpected_text,
    text.lost_or_renamed,
    hooks.late_reads,
    hooks.late_producers,
    hooks.late_in_sync_and_postsync,
    hooks.hooks_that_ordinary_workloads_read,
    hooks.missing_delete_policies,
    hooks.foreign_words,
    hooks.lost_deletion_phases,
    hooks.touched_though_right,
    hooks.wrong_copies,
    hooks.repeated_identities,
]

BAD = {
    "a document is gone": (text.unexpected_text, UNSAFE, secret("db") + APP),
    "two documents changed places": (text.unexpected_text, secret("a") + secret("b"), secret("b") + secret("a")),
    "a blank was added to a document without an object": (text.unexpected_text, "---\n# a\n", "---\n# a \n"),
    "data of an ordinary object changed": (text.unexpected_text, secret("a"), secret("a", data="{a: c}")),
    "an ordinary object got a wave": (
        text.unexpected_text,
        secret("a"),
        secret("a", 'argocd.argoproj.io/sync-wave: "1"'),
    ),
    "a hook got another image": (
        text.unexpected_text,
        workload("Job", "j", "db", PRESYNC),
        workload("Job", "j", "db", PRESYNC).replace("name: c,", "name: c, image: i,"),
    ),
    "a test was edited": (
        text.unexpected_text,
        workload("Job", "t", "db", "helm.sh/hook: test"),
        workload("Job", "t", "db", "argocd.argoproj.io/hook: PreSync"),
    ),
    "an unmarked object is new": (text.unexpected_text, secret("a"), secret("a") + secret("a-presync")),
    "an ordinary object is gone": (text.lost_or_renamed, secret("a"), secret("b")),
    "an ordinary object became a hook": (text.lost_or_renamed, secret("a"), secret("a", PRESYNC)),
    "the job still reads the ordinary object": (hooks.late_reads, UNSAFE, UNSAFE),
    "the copy shares the wave of its reader": (
        hooks.late_reads,
        UNSAFE,
        SAFE.replace('argocd.argoproj.io/sync-wave: "-1"', ""),
    ),
    "a SyncFail job reads the ordinary object": (
        hooks.late_reads,
        UNSAFE,
        UNSAFE.replace(HELM_PRE, SYNC_FAIL),
    ),
    "the copied account has no copied binding": (
        hooks.late_reads,
        "",
        account("sa", PRESYNC + ', argocd.argoproj.io/sync-wave: "-1"')
        + binding("b", "sa")
        + workload("Job", "j", "x", PRESYNC, "sa"),
    ),
    "the producer of its Secret comes later": (hooks.late_producers, "", CRON + workload("Job", "j", "made", PRESYNC)),
    "a Sync hook comes before what it reads": (
        hooks.late_in_sync_and_postsync,
        "",
        secret("db") + workload("Job", "j", "db", 'argocd.argoproj.io/hook: Sync, argocd.argoproj.io/sync-wave: "-1"'),
    ),
    "the app reads a hook": (hooks.hooks_that_ordinary_workloads_read, "", secret("db", PRESYNC) + APP),
    "the app's account is a hook": (
        hooks.hooks_that_ordinary_workloads_read,
        "",
        account("sa", HELM_PRE) + workload("Deployment", "app", "x", "", "sa"),
    ),
    "a job is never deleted": (
        hooks.missing_delete_policies,
        "",
        workload("Job", "j", "x", f"{PRESYNC}, helm.sh/hook-delete-policy: hook-succeeded"),
    ),
    "a copy is gone before SyncFail": (
        hooks.missing_delete_policies,
        "",
        copied(extra="argocd.argoproj.io/hook-delete-policy: HookFailed"),
    ),
    "a hook keeps Helm's weight": (hooks.foreign_words, "", secret("a", f"{PRESYNC}, helm.sh/hook-weight: '1'")),
    "a hook of deletion is lost": (
        hooks.lost_deletion_phases,
        secret("a", "helm.sh/hook: 'pre-install,pre-delete'"),
        secret("a", PRESYNC),
    ),
    "a right hook was re-spelled": (
        hooks.touched_though_right,
        workload("Job", "j", "x", f"{PRESYNC}, {BHC}"),
        workload("Job", "j", "x", f"{BHC}, {PRESYNC}"),
    ),
    "a copy has other data": (hooks.wrong_copies, secret("db"), secret("db") + copied(data="{a: z}")),
    "a copy has a free name": (hooks.wrong_copies, secret("db"), secret("db") + copied("db-copy")),
    "a copy is of nothing": (hooks.wrong_copies, secret("x"), secret("x") + copied()),
    "a copy takes a name": (
        hooks.wrong_copies,
        secret("db") + secret("db-presync"),
        secret("db") + copied(),
    ),
    "a copied binding keeps the account of the app": (
        hooks.wrong_copies,
        binding("b", "app"),
        binding("b", "app") + binding("b-presync", "app", f"presync/copy-of: b, {PRESYNC}", 'presync/copy: "true"'),
    ),
    "hook and ordinary object share a name": (hooks.repeated_identities, "", secret("a") + secret("a", PRESYNC)),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_each_check_sees_its_fault(case: tuple[Callable[[Release, Release], Iterator[str]], str, str]) -> None:
    check, before, after = case
    assert list(check(Release(before), Release(after))) != []


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.__name__)
def test_no_check_objects_to_a_good_rendering(check: Callable[[Release, Release], Iterator[str]]) -> None:
    assert list(check(Release(UNSAFE), Release(SAFE))) == []


def test_every_check_has_a_fault_to_see() -> None:
    assert {check for check, _, _ in BAD.values()} == set(ALL_CHECKS)


def test_a_hook_that_took_the_place_of_its_twin_is_no_new_document() -> None:
    before = account("sa") + APP + account("sa", HELM_PRE) + workload("Job", "j", "db", HELM_PRE, "sa")
    renamed = account("sa-presync", f'presync/copy-of: sa, {PRESYNC}, argocd.argoproj.io/sync-wave: "-1"')
    after = account("sa") + APP + renamed + workload("Job", "j", "db", PRESYNC, "sa-presync")
    assert list(text.unexpected_text(Release(before), Release(after))) == []


def hook(annotations: dict[str, object], kind: str = "Job") -> Resource:
    body = {"apiVersion": "batch/v1", "kind": kind, "metadata": {"name": "x", "annotations": annotations}}
    return Resource(identity(body, "ns"), body, 0)


ARGO, HELM, WEIGHT = "argocd.argoproj.io/hook", "helm.sh/hook", "helm.sh/hook-weight"
READINGS: list[tuple[dict[str, object], bool, set[str]]] = [
    ({}, False, {"Sync"}),
    ({HELM: "pre-upgrade"}, True, {"PreSync"}),
    ({HELM: "pre-install, post-upgrade"}, True, {"PreSync", "PostSync"}),
    ({HELM: "crd-install"}, False, {"Sync"}),
    ({HELM: "crd-install,pre-install"}, True, {"PreSync"}),
    ({HELM: "Pre-Install"}, True, set()),
    ({HELM: "test"}, True, set()),
    ({ARGO: ""}, True, set()),
    ({ARGO: "Presync", HELM: "pre-install"}, True, {"PreSync"}),
    ({ARGO: "Sync", HELM: "pre-install"}, True, {"Sync"}),
    ({ARGO: "Skip"}, False, set()),
    ({ARGO: "Skip,PreSync"}, True, {"PreSync"}),
    ({ARGO: "PostDelete", HELM: "pre-install"}, True, {"PreSync"}),
    ({ARGO: "PreSync", "other": 1}, False, {"Sync"}),
    ({ARGO: "PreSync", "other": None}, False, {"Sync"}),
]


@pytest.mark.parametrize(("annotations", "is_hook", "phases"), READINGS)
def test_argo_cd_reads_hook_words(annotations: dict[str, object], is_hook: bool, phases: set[str]) -> None:
    assert (meaning.is_hook(hook(annotations)), set(meaning.phases(hook(annotations)))) == (is_hook, phases)


@pytest.mark.parametrize(
    ("annotations", "wave"),
    [
        ({}, 0),
        ({WEIGHT: "-5"}, -5),
        ({"argocd.argoproj.io/sync-wave": "+3", WEIGHT: "-5"}, 3),
        ({"argocd.argoproj.io/sync-wave": " 3", WEIGHT: "-5"}, -5),
        ({WEIGHT: "9223372036854775808"}, 0),
    ],
)
def test_argo_cd_reads_waves(annotations: dict[str, object], wave: int) -> None:
    assert meaning.wave(hook(annotations)) == wave


@pytest.mark.parametrize(
    ("annotations", "argo", "helm"),
    [
        ({}, {"BeforeHookCreation"}, {"before-hook-creation"}),
        ({"helm.sh/hook-delete-policy": "bogus"}, {"BeforeHookCreation"}, set()),
        ({"helm.sh/hook-delete-policy": "Hook-Succeeded"}, {"BeforeHookCreation"}, {"hook-succeeded"}),
        (
            {"argocd.argoproj.io/hook-delete-policy": "HookFailed", "helm.sh/hook-delete-policy": "hook-succeeded"},
            {"HookFailed", "HookSucceeded"},
            {"hook-succeeded"},
        ),
    ],
)
def test_delete_policies_are_a_union_with_a_default(
    annotations: dict[str, object], argo: set[str], helm: set[str]
) -> None:
    assert [{*meaning.policies(hook(annotations))}, {*meaning.helm_policies(hook(annotations))}] == [argo, helm]


@pytest.mark.parametrize(
    ("word", "events"),
    [("Pre-Install , post-upgrade", {"pre-install", "post-upgrade"}), ("pre-install,PreSync", set()), ("test,", set())],
)
def test_helm_drops_what_has_one_unknown_word(word: str, events: set[str]) -> None:
    assert ({*meaning.helm_events(hook({HELM: word}))}, meaning.helm_drops(hook({HELM: word}))) == (events, not events)


def test_every_field_of_a_pod_spec_that_names_something_is_read() -> None:
    pod = """
    spec:
      serviceAccount: s1
      imagePullSecrets: [{name: s2}]
      priorityClassName: s3
      containers: [{env: [{valueFrom: {secretKeyRef: {name: s4}}}], envFrom: [{configMapRef: {name: s5}}]}]
      ephemeralContainers: [{envFrom: [{secretRef: {name: s6}}]}]
      initContainers: [{env: [{valueFrom: {configMapKeyRef: {name: s7}}}]}]
      volumes:
        - secret: {secretName: s8}
        - projected: {sources: [{secret: {name: s9}}, {configMap: {name: s10}}, {serviceAccountToken: {path: no}}]}
        - csi: {nodePublishSecretRef: {name: s11}, volumeAttributes: {secretProviderClass: s12}}
        - persistentVolumeClaim: {claimName: s13}
        - iscsi: {secretRef: {name: s14}}
        - azureFile: {secretName: s15}
        - ephemeral: {volumeClaimTemplate: {spec: {dataSource: {name: s16}}}}
      resourceClaims: [{resourceClaimName: s17}, {resourceClaimTemplateName: s18}]
      runtimeClassName: s19
    """
    (found,) = Release(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\n{dedent(pod)}").resources
    assert {target.name for target in workload_targets(found)} == {f"s{number}" for number in range(1, 20)}


@pytest.mark.parametrize("root", ["wrapped: {deeper: [%s]}", "spec: {jobTemplate: {spec: %s}}"])
def test_an_unknown_kind_with_containers_is_a_workload(root: str) -> None:
    body = root % "{containers: [{image: i, envFrom: [{secretRef: {name: db}}]}]}"
    (found,) = Release(f"apiVersion: x.org/v1\nkind: Thing\nmetadata: {{name: t}}\n{body}\n").resources
    assert {target.name for target in workload_targets(found)} == {"db"}


def test_reading_is_as_lenient_as_kubernetes() -> None:
    document = "a: &x {k: yes}\r\nb: *x\r\na2: 1\r\na2: '2'\r\nc: {<<: *x, l: ~}\r\nd: |\r\n  x\r\n  \tt\r\n"
    assert load(document) == {
        "a": {"k": True},
        "b": {"k": True},
        "a2": "2",
        "c": {"k": True, "l": None},
        "d": "x\n\tt\n",
    }


def test_only_separators_at_the_line_start_cut() -> None:
    stream = "a: |\n  ---\n--- \nb: 1\n---\r\nc: ---d\n----\n"
    assert (len(cut(stream)), "".join(cut(stream))) == (3, stream)


def test_items_of_a_list_are_objects() -> None:
    listed = Release("kind: List\napiVersion: v1\nitems: [{kind: Secret, apiVersion: v1, metadata: {name: a}}]\n")
    assert [str(one) for one in listed.resources] == ["Secret/a"]


def test_a_long_name_is_cut_and_hashed() -> None:
    full = "n" * 60 + "-presync"
    cut_name = f"{full[:54]}-{hashlib.sha256(full.encode()).hexdigest()[:8]}"
    assert (hooks.copy_names("n" * 60, "Job"), hooks.copy_names("db", "Secret")) == ({cut_name}, {"db-presync"})


def test_a_shown_secret_is_seen_written_decoded_or_by_a_line_of_it_but_a_name_is_no_secret() -> None:
    release = Release(secret("migrate", data="{p: aHVudGVyMjIyCmxpbmUtdHdv, n: bWlncmF0ZQ==}"))
    shown = ("hunter222", "x line-two", "aHVudGVyMjIyCmxpbmUtdHdv", "Secret/migrate")
    assert [secrets.leaked(release, text) for text in shown] == [["Secret/migrate p"]] * 3 + [[]]

"""What must hold for every public chart of the corpus, judged by an oracle that shares no code with the tool."""

from __future__ import annotations

import functools
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .oracle import checks_of_hooks, checks_of_text, secrets
from .oracle.meaning import PHASE_ORDER, phases, wave
from .oracle.references import workload_targets
from .oracle.release import Release

if TYPE_CHECKING:
    from .oracle.objects import Resource

PROJECT = Path(__file__).resolve().parent.parent
CORPUS = PROJECT.parent / "shared" / "corpus" / "rendered"
CHARTS = sorted(path.stem for path in CORPUS.glob("*.yaml"))
NAMESPACE = "ns"  # the corpus was rendered with --namespace ns
COMMAND = shlex.split(os.environ.get("ORACLE_COMMAND", f"{shlex.quote(sys.executable)} -m postrenderer"))
OPTIONS = ("--target", "argocd")  # the namespace is for the tool to work out
FOREIGN_SETTINGS = ("PRESYNC_", "ARGOCD_", "HELM_")

ERROR = re.compile(r"(?m)^error\[[a-z][a-z-]*\]: ")
HINT = re.compile(r"(?m)^\s*(= )?hint: \S")
SHARE_THAT_MUST_RENDER = 0.9

Check = Callable[[Release, Release], Iterator[str]]


@dataclass(frozen=True)
class Result:
    code: int
    stdout: str
    stderr: str


def run_presync(text: str, *arguments: str) -> Result:
    """The only place that knows how the tool is called; bytes in and out, so that CRLF survives."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN_SETTINGS)}
    done = subprocess.run(
        [*COMMAND, *OPTIONS, *arguments],
        input=text.encode(),
        capture_output=True,
        cwd=PROJECT,
        env=environment,
        check=False,
        timeout=120,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace"))


@functools.cache
def read(chart: str) -> str:
    return (CORPUS / f"{chart}.yaml").read_bytes().decode()


@functools.cache
def rendered(chart: str) -> Result:
    return run_presync(read(chart))


@functools.lru_cache(maxsize=2)  # the session-wide fixture takes one chart after the other
def releases(chart: str) -> tuple[Release, Release]:
    return Release(read(chart), NAMESPACE), Release(rendered(chart).stdout, NAMESPACE)


pytestmark = pytest.mark.skipif(not CHARTS, reason=f"no corpus in {CORPUS}")


@pytest.fixture(scope="session", params=CHARTS)
def chart(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_it_renders_or_refuses_and_never_breaks(chart: str) -> None:
    result = rendered(chart)
    assert result.code in (0, 1), result.stderr[-2000:]
    assert "Traceback" not in result.stderr


def test_a_refusal_prints_nothing_but_what_is_wrong_and_what_to_do(chart: str) -> None:
    result = rendered(chart)
    if result.code != 1:
        return
    assert result.stdout == ""
    assert unclear_errors(result.stderr, Release(read(chart), NAMESPACE)) == []


def unclear_errors(stderr: str, release: Release) -> list[str]:
    """Error blocks without a hint or an object of the release; a refusal without any error is unclear too."""
    starts = [match.start() for match in ERROR.finditer(stderr)]
    blocks = [stderr[start:end] for start, end in zip(starts, [*starts[1:], len(stderr)], strict=True)]
    known = {str(resource) for resource in release.resources}
    clear = [block for block in blocks if HINT.search(block) and any(name in block for name in known)]
    return [block for block in blocks if block not in clear] or ([] if blocks else ["no error[rule-id]: message"])


def test_nine_of_ten_charts_with_a_presync_workload_render() -> None:
    early = [name for name in CHARTS if checks_of_hooks.holds_early_workload(Release(read(name), NAMESPACE))]
    refused = [name for name in early if rendered(name).code != 0]
    print(f"{len(refused)} of {len(early)} refused: {', '.join(refused)}")
    assert len(early) - len(refused) >= SHARE_THAT_MUST_RENDER * len(early), refused


def test_rendering_the_output_again_changes_nothing(chart: str) -> None:
    if rendered(chart).code == 0:
        again = run_presync(rendered(chart).stdout)
        assert (again.code, again.stdout == rendered(chart).stdout) == (0, True)


CHECKS: dict[str, Check] = {
    "what_was_not_edited_is_the_same_text_in_the_same_order": checks_of_text.unexpected_text,
    "no_ordinary_object_is_lost_or_renamed": checks_of_text.lost_or_renamed,
    "what_an_early_workload_needs_is_there_before_it": checks_of_hooks.late_reads,
    "what_makes_the_secret_of_an_early_workload_is_early": checks_of_hooks.late_producers,
    "a_hook_that_reads_another_name_finds_it": checks_of_hooks.secrets_of_nobody,
    "what_a_copy_makes_is_the_hook_s_alone": checks_of_hooks.shared_products,
    "what_a_later_hook_needs_is_there_before_it": checks_of_hooks.late_in_sync_and_postsync,
    "nothing_that_an_ordinary_workload_reads_is_a_hook": checks_of_hooks.hooks_that_ordinary_workloads_read,
    "what_runs_to_completion_can_run_again": checks_of_hooks.missing_delete_policies,
    "a_hook_has_only_the_words_of_argo_cd": checks_of_hooks.foreign_words,
    "a_hook_of_deletion_stays_one": checks_of_hooks.lost_deletion_phases,
    "a_hook_that_was_right_keeps_its_text": checks_of_hooks.touched_though_right,
    "a_copy_is_the_original_under_its_own_name": checks_of_hooks.wrong_copies,
    "no_hook_shares_its_identity": checks_of_hooks.repeated_identities,
}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_after_rendering(chart: str, check: Check) -> None:
    if rendered(chart).code == 0:
        assert list(check(*releases(chart))) == []


def test_no_secret_value_is_shown(chart: str) -> None:
    assert secrets.leaked(Release(read(chart), NAMESPACE), rendered(chart).stderr) == []


# What the maintainers' own fix gave each of these charts, or the better thing.


def output_of(chart: str) -> Release:
    assert rendered(chart).code == 0, rendered(chart).stderr[-2000:]
    return releases(chart)[1]


def precedes(release: Release, reader: str, *kinds_and_originals: str) -> None:
    """The hook reads these objects, or copies of them, and each of them is of an earlier phase or wave."""
    job = next(resource for resource in release.resources if str(resource) == reader)
    needed = {original_name(resource): resource for resource in release.needs(job)}
    assert set(kinds_and_originals) <= set(needed)
    for name in kinds_and_originals:
        assert earliest(needed[name]) < earliest(job), f"{reader} starts before {name}"


def earliest(resource: Resource) -> tuple[int, int]:
    return min((PHASE_ORDER.index(phase), wave(resource)) for phase in phases(resource))


def original_name(resource: Resource) -> str:
    return f"{resource.key.kind}/{resource.annotations.get('presync/copy-of', resource.key.name)}"


@pytest.mark.parametrize("chart_name", ["prefix-hub-27", "prefix-hub-26"])
def test_the_migration_of_hub_finds_its_secret_on_a_first_install(chart_name: str) -> None:
    """fixed-hub-27: Job becomes a Sync hook in wave 1, its Secret is there before, BeforeHookCreation only.

    Better here: the Job stays in PreSync, so the app's own Secret is untouched when the migration fails.
    """
    release = output_of(chart_name)
    precedes(release, "Job/rel-hub-migrations", "ConfigMap/rel-hub-config", "Secret/rel-hub-secret")
    assert list(checks_of_hooks.missing_delete_policies(release, release)) == []


def test_the_migration_of_hub_26_finds_its_account() -> None:
    """hub-27 took the app's ServiceAccount off the Job; better: the Job has an account like it, in time."""
    precedes(output_of("prefix-hub-26"), "Job/rel-hub-migrations", "ServiceAccount/rel-hub")


def test_the_migration_of_hub_never_waits_for_a_secret_that_an_external_secret_makes_later() -> None:
    """fixed-hub-27 makes the Secret in Sync before the Job. Here its producer is early, or we refuse by name."""
    result = rendered("prefix-hub-27-eso")
    if result.code == 1:
        assert "ExternalSecret/rel-hub-secret" in result.stderr
        return
    release = output_of("prefix-hub-27-eso")
    (job,) = (resource for resource in release.resources if str(resource) == "Job/rel-hub-migrations")
    producers = [resource for resource in release.resources if resource.key.kind == "ExternalSecret"]
    early = [one for one in producers if "PreSync" in phases(one) and wave(one) < wave(job)]
    read_names = {str(target.name) for target in workload_targets(job) if target.kind == "Secret"}
    assert read_names
    assert read_names <= {one.body["spec"]["target"]["name"] for one in early}


def test_the_migration_of_meho_finds_its_account_and_the_app_keeps_its_config() -> None:
    """fixed-meho-2417 took the app's ServiceAccount off the Job (it did not exist yet).

    Better: the Job has a ServiceAccount of its own, and the ConfigMap that both read is no hook any more.
    """
    release = output_of("prefix-meho-2417")
    precedes(release, "Job/rel-meho-migrate", "ServiceAccount/rel-meho", "ConfigMap/rel-meho-config")
    assert list(checks_of_hooks.hooks_that_ordinary_workloads_read(release, release)) == []


@pytest.mark.parametrize("chart_name", ["prefix-hf-3391", "fixed-hf-3391"])
def test_the_migration_of_datasets_server_finds_its_secret_provider_class(chart_name: str) -> None:
    """fixed-hf-3391 made all SecretProviderClasses PreSync hooks of wave -2, those of the app included.

    Better: only what the Job mounts is early, and the app's stay ordinary. A custom resource: may be refused by name.
    """
    result = rendered(chart_name)
    if result.code == 1:
        assert "SecretProviderClass/rel-datasets-server-" in result.stderr
        return
    release = output_of(chart_name)
    wanted = "SecretProviderClass/rel-datasets-server-mongodb-migration-secrets"
    precedes(release, "Job/rel-datasets-server-job-mongodb-migration", wanted, "ServiceAccount/rel-datasets-server")
    assert list(checks_of_hooks.hooks_that_ordinary_workloads_read(release, release)) == []


@pytest.mark.parametrize("job", ["rel-langsmith-backend-migrations", "rel-langsmith-backend-ch-migrations"])
def test_the_migrations_of_langsmith_find_what_they_read(job: str) -> None:
    """langsmith, the later chart: they moved from wave 0 to -2, before the Sync hooks of wave -1 that read them."""
    needed = ("ConfigMap/rel-langsmith-config", "Secret/rel-langsmith-secrets", "ServiceAccount/rel-langsmith-backend")
    precedes(output_of("prefix-langsmith-687"), f"Job/{job}", *needed)


def test_the_upgrade_job_of_onlyoffice_never_waits_for_the_volume_of_the_app() -> None:
    """onlyoffice-docs (the later chart): pre-upgrade mounts the claim ds-files no more, post-upgrade does.

    A claim is never copied: refused, with its name.
    """
    result = rendered("prefix-onlyoffice-171")
    assert (result.code, "PersistentVolumeClaim/ds-files" in result.stderr) == (1, True)


@pytest.mark.parametrize("chart_name", ["prefix-bitnami-etcd-32889", "bitnami-etcd"])
def test_the_upgrade_job_of_etcd_finds_its_secrets_on_a_first_install(chart_name: str) -> None:
    """The later chart has it still: Argo CD runs pre-upgrade on a first install. Better: copies before the Job."""
    precedes(output_of(chart_name), "Job/rel-etcd-pre-upgrade", "Secret/rel-etcd", "Secret/rel-etcd-jwt-token")


# Charts that the corpus labels DERIVED, WORKFLOW, SA-NORMAL, RBAC-NORMAL or PVC: what the migration gets, or why not.
REACH = {
    "fixed-hf-3391": "ServiceAccount/rel-datasets-server",
    "hf-datasets-server": "ServiceAccount/rel-datasets-server InfisicalSecret/rel-datasets-server-infisical-secret",
    "kong-argo": "ServiceAccount/rel-kong Secret/rel-kong-validation-webhook-keypair ClusterRoleBinding/rel-kong "
    "RoleBinding/rel-kong ClusterRole/rel-kong Role/rel-kong",
    "prefix-hf-3391": "ServiceAccount/rel-datasets-server "
    "SecretProviderClass/rel-datasets-server-mongodb-migration-secrets",
    "prefix-hub-26": "ServiceAccount/rel-hub ConfigMap/rel-hub-config Secret/rel-hub-secret",
    "prefix-hub-27-eso": "ConfigMap/rel-hub-config ExternalSecret/rel-hub-secret",
    "prefix-meho-2417": "ServiceAccount/rel-meho ConfigMap/rel-meho-config",
    "prefix-onlyoffice-171": "refused: PersistentVolumeClaim/ds-files, a volume has data of its own",
    "sapcc-elektra": "ServiceAccount/elektra RoleBinding/elektra-token-secret Role/elektra-token-secret",
    "sapcc-keystone": "ServiceAccount/rel ConfigMap/keystone-etc Secret/rel-secrets Secret/keystone-credential-keys "
    "Secret/keystone-fernet ClusterRoleBinding/rel ClusterRole/rel-runtime",
    "shell-be": "ExternalSecret/fect-be",
    "uptrace": "refused: Secret/uptrace-postgresql-app of Cluster/uptrace-postgresql, it runs a database or a service",
}
LABELS = re.compile(r"\b(?:DERIVED|WORKFLOW|SA-NORMAL|RBAC-NORMAL|PVC)\b")


def test_every_chart_of_these_labels_is_in_the_table() -> None:
    rows = (CORPUS.parent / "table.dev.md").read_text(encoding="utf-8").splitlines()
    cells = [row.split("|") for row in rows if row.startswith("|")]
    assert {cell[1] for cell in cells if LABELS.search(cell[-2]) and cell[1] in CHARTS} == set(REACH)


@pytest.mark.parametrize("chart_name", REACH)
def test_what_these_charts_need_is_copied_or_refused_for_the_right_reason(chart_name: str) -> None:
    wanted = REACH[chart_name]
    if wanted.startswith("refused: "):
        what, reason = wanted.removeprefix("refused: ").split(", ")
        (block,) = [part for part in rendered(chart_name).stderr.split("\n") if ERROR.match(part)]
        assert (rendered(chart_name).code, what in block, reason in block) == (1, True, True)
    else:
        copies = [resource for resource in output_of(chart_name).resources if resource.is_copy]
        assert {original_name(copy) for copy in copies} == set(wanted.split())

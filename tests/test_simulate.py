"""The command `simulate`: what it plays, what it prints, and its exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from .given import HELM_PRE, PRE_SYNC, app, job, secret

if TYPE_CHECKING:
    from pathlib import Path

UNSAFE = secret() + app() + job()
SAFE = (
    secret("own", f"{PRE_SYNC}, argocd.argoproj.io/sync-wave: '-1'")
    + app(pod="containers: []")
    + job(pod="containers: [{name: m, image: i, envFrom: [{secretRef: {name: own}}]}]")
)


def simulate(text: str, *arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "postrenderer", "simulate", *arguments]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_broken_promise_ends_with_1_and_is_named() -> None:
    status, out, _ = simulate(UNSAFE)
    assert status == 1
    assert "! misses    Job/migrate  Secret/db, which is not there" in out
    assert out.endswith("presync: broken: first-install, upgrade\n")


def test_what_a_render_makes_of_it_keeps_the_promise_in_every_scenario() -> None:
    status, out, _ = simulate(UNSAFE, "--rendered", "--all")
    assert (status, "! " in out) == (0, False)
    assert "adopted: " in out


def test_scenarios_about_presync_are_left_out_for_a_chart_alone() -> None:
    assert "adopted: " not in simulate(SAFE, "--all")[1]
    status, _, said = simulate(SAFE, "--scenario", "adopted")
    assert status == 2
    assert "--rendered" in said


def test_json_tells_the_same() -> None:
    status, out, _ = simulate(UNSAFE, "--scenario", "first-install", "--format", "json")
    (told,) = json.loads(out)
    (scenario,) = told["scenarios"]
    assert (status, scenario["name"], scenario["kept"]) == (1, "first-install", False)
    assert {"change": "misses", "object": "Job/migrate", "when": "PreSync, wave 0", "other": "Secret/db"} in (
        scenario["operations"][0]["events"]
    )


def test_the_previous_revision_is_what_an_upgrade_begins_with(tmp_path: Path) -> None:
    before = tmp_path / "live.yaml"
    before.write_text(secret("old") + SAFE)
    _, out, _ = simulate(SAFE, "--scenario", "upgrade", "--previous", str(before))
    assert "deleted   Secret/old  pruned" in out


def test_what_a_render_refuses_is_played_as_it_is() -> None:
    status, out, said = simulate(UNSAFE + secret("db-presync"), "--rendered")
    assert status == 1
    assert "copy-name-taken" in said
    assert "presync: refused by a render, and played as it is; broken: first-install, upgrade" in out


def test_helm_has_scenarios_of_its_own() -> None:
    text = secret("own", f"{HELM_PRE}, helm.sh/hook-weight: '-1'") + job(annotations=HELM_PRE)
    assert "pre-install" in simulate(text, "--target", "helm", "--scenario", "timed-out")[1]
    status, _, said = simulate(text, "--scenario", "timed-out")
    assert status == 2
    assert "timed-out is no scenario of argocd" in said


def test_several_inputs_are_several_releases(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(SAFE)
    _, out, _ = simulate("", str(tmp_path), "--scenario", "first-install")
    assert [line for line in out.splitlines() if line.startswith("# ")] == [
        f"# {tmp_path / 'one.yaml'}",
        f"# {tmp_path / 'two.yaml'}",
    ]


def test_a_folder_of_other_things_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("a: b\n")
    status, out, said = simulate("", str(tmp_path))
    assert (status, out) == (2, "")
    assert "no input holds a Kubernetes object" in said


def test_a_previous_revision_of_nothing_is_named(tmp_path: Path) -> None:
    before = tmp_path / "before.yaml"
    before.write_text("# nothing\n")
    status, out, said = simulate(SAFE, "--scenario", "upgrade", "--previous", str(before))
    assert (status, out) == (2, "")
    assert f"{before} holds no Kubernetes object" in said


def test_the_previous_revision_is_read_with_the_settings(tmp_path: Path) -> None:
    """Without its row the Widget reads nothing, and deleting what it reads would cost nothing."""
    widget = "apiVersion: my.org/v1\nkind: Widget\nmetadata: {name: shop}\nspec: {wants: db}\n"
    made_anew = secret(annotations=PRE_SYNC)
    (tmp_path / "settings.yaml").write_text("references: [{kind: Widget.my.org, paths: [spec.wants]}]\n")
    (tmp_path / "before.yaml").write_text(f"---\n{widget}{made_anew}")
    played = ["--scenario", "upgrade", "--previous", str(tmp_path / "before.yaml")]
    settings = ["--settings", str(tmp_path / "settings.yaml")]
    assert "loses     Widget/shop" in simulate(made_anew, *played, *settings)[1]
    assert "loses" not in simulate(made_anew, *played)[1]

"""`presync lint` as its callers see it: what it judges, shows and fails on, and where it writes."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from postrenderer import settings

from . import corpus
from .given import PRE_SYNC, app, job, reads, secret

PRESYNC = (sys.executable, "-m", "postrenderer")
SHARED = secret() + app() + job()
REFUSED = secret(body="data: {}") + job()
WARNED = job(annotations="helm.sh/hook: pre-upgrade", pod=reads(), source="app/templates/job.yaml") + secret()
RIGHT = secret(source="app/templates/secret.yaml")
SECONDS = 60
CANARY = "hunter2-canary"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    for name, text in (("shared", SHARED), ("refused", REFUSED), ("warned", WARNED), ("right", RIGHT)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def lint(here: Path, *arguments: str, text: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PRESYNC, "lint", *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        cwd=here,
        env=os.environ | variables,
        timeout=SECONDS,
    )


def findings(here: Path, *arguments: str) -> dict[str, set[str]]:
    """The rules that found something, by release."""
    told = json.loads(lint(here, *arguments, "--format", "json").stdout)
    return {each["name"]: {found["rule"] for found in each["findings"]} for each in told["releases"]}


# What is judged.


def test_many_releases_are_judged_as_each_alone(here: Path) -> None:
    """Side by side where there are two processors, and in the order given."""
    names = ["warned.yaml", "refused.yaml", "right.yaml", "shared.yaml"]
    together = findings(here, *names)
    assert list(together) == names
    assert together == {name: findings(here, name)[name] for name in names}
    assert list(findings(here, ".")) == sorted(names)


@corpus.needed
def test_the_corpus_is_judged_whole(here: Path) -> None:
    told = json.loads(lint(here, str(corpus.FOLDER), "--format", "json").stdout)
    assert sorted(Path(each["name"]).stem for each in told["releases"]) == corpus.CHARTS
    heaviest = lint(here, str(corpus.FOLDER), "--statistics").stdout.splitlines()
    assert heaviest[-1].endswith(f" in {len(corpus.CHARTS)} releases")


def test_one_input_that_cannot_be_read_leaves_no_report(here: Path) -> None:
    (here / "broken.yaml").write_text(f"apiVersion: v1\nkind: Secret\nmetadata: {{name: {CANARY}\n", encoding="utf-8")
    (here / "bytes.yaml").write_bytes(b"apiVersion: \xff" + CANARY.encode())
    done = lint(here, ".", "--output", "report", "--format", "sarif")
    assert (done.returncode, done.stdout) == (2, "")
    assert "broken.yaml:4" in done.stderr
    assert "bytes.yaml:1: the text is not UTF-8" in done.stderr
    assert CANARY not in done.stderr
    assert not (here / "report").exists()


def test_a_bug_in_one_release_is_exit_3_and_names_it(here: Path) -> None:
    code = (
        "import sys\nfrom postrenderer import pipeline\n"
        f"def fail(*_, **__): raise ValueError('{CANARY}')\npipeline.lint = fail\n"
        "sys.argv = ['presync', 'lint', '.']\nfrom postrenderer.cli import main\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=here, capture_output=True, text=True, timeout=SECONDS)
    assert (done.returncode, done.stdout) == (3, "")
    assert "bug: right.yaml: ValueError in " in done.stderr
    assert "Please report this" in done.stderr
    assert CANARY not in done.stderr


def test_a_folder_of_other_things_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("a: b\n", encoding="utf-8")
    done = lint(tmp_path, ".")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no input holds a Kubernetes object" in done.stderr


def test_what_only_a_render_brings_up_and_settles_is_not_wrong_with_the_input(here: Path) -> None:
    early = secret(annotations="helm.sh/hook: pre-install, helm.sh/hook-weight: '-1'")
    (here / "early.yaml").write_text(early + app() + job(), encoding="utf-8")
    found = findings(here, "early.yaml")["early.yaml"]
    assert "shared-hook" in found
    assert "late-dependency" not in found


def test_nobody_waits_for_a_terminal_that_nothing_was_piped_to(here: Path) -> None:
    keyboard, end = pty.openpty()
    done = subprocess.run([*PRESYNC, "lint"], stdin=end, capture_output=True, text=True, cwd=here, timeout=SECONDS)
    os.close(keyboard)
    os.close(end)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no input is named, and nothing is piped in" in done.stderr


# What it fails on.

STATUS = {
    ("shared.yaml",): 1,
    ("shared.yaml", "--unsettled"): 0,
    ("refused.yaml", "--unsettled"): 1,
    ("warned.yaml",): 0,
    ("warned.yaml", "--fail-on", "warning"): 1,
    ("warned.yaml", "--fail-on=error"): 0,
    ("warned.yaml", "--fail-on", "warning", "--ignore", "upgrade-only-hook", "--ignore", "rerun-blocked"): 0,
    ("right.yaml", "--fail-on", "warning"): 0,
    ("right.yaml", "warned.yaml", "refused.yaml"): 1,
    ("refused.yaml", "--select", "no-origin"): 0,
    ("refused.yaml", "--select", "no-origin", "--select", "copy-refused"): 1,
}


@pytest.mark.parametrize(("arguments", "status"), STATUS.items(), ids=[" ".join(arguments) for arguments in STATUS])
def test_the_status_is_that_of_what_is_shown(here: Path, arguments: tuple[str, ...], status: int) -> None:
    for more in ((), ("--statistics",), ("--format", "github"), ("--output", "report")):
        assert lint(here, *arguments, *more).returncode == status


def test_selected_and_ignored_rules(here: Path) -> None:
    everything = findings(here, "warned.yaml")["warned.yaml"]
    assert {"upgrade-only-hook", "foreign-vocabulary"} <= everything
    assert findings(here, "warned.yaml", "--select", "upgrade-only-hook") == {"warned.yaml": {"upgrade-only-hook"}}
    left = findings(here, "warned.yaml", "--ignore", "upgrade-only-hook")["warned.yaml"]
    assert left == everything - {"upgrade-only-hook"}


WRONG = {
    "a rule": (("--select", "late-dependncy"), "select: late-dependncy is no rule", "Did you mean late-dependency?"),
    "another": (("--ignore", "xyz"), "ignore: xyz is no rule", "presync explain --all"),
    "a format": (("--format", "xml"), "format: xml is none of text, json", "--format"),
    "two reports": (("--statistics", "--format", "json"), "statistics are text", "--statistics"),
    "a severity": (("--fail-on", "note"), "fail-on: note is none of error, warning", "--fail-on"),
}


@pytest.mark.parametrize(("arguments", "said", "hint"), WRONG.values(), ids=WRONG)
def test_a_mistaken_word_is_exit_2(here: Path, arguments: tuple[str, ...], said: str, hint: str) -> None:
    done = lint(here, "shared.yaml", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert hint in done.stderr


# Where it writes.


def test_a_report_in_a_file_is_the_one_on_stdout(here: Path) -> None:
    (here / "report").write_text("old", encoding="utf-8")
    (here / "report").chmod(0o640)
    done = lint(here, ".", "--format", "junit", "--output", "report")
    assert (done.returncode, done.stdout) == (1, "")
    assert "written to report" in done.stderr
    assert (here / "report").read_text(encoding="utf-8") == lint(here, ".", "--format", "junit").stdout
    assert (here / "report").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in here.iterdir() if path.name.startswith(".")) == []


@pytest.mark.parametrize("output", ["missing/report", ".", "/dev/full"])
def test_a_report_that_cannot_be_written_is_exit_2(here: Path, output: str) -> None:
    done = lint(here, "shared.yaml", "--output", output)
    assert done.returncode == 2
    assert f"cannot write {output}: " in done.stderr


def test_a_device_is_written_to_and_not_replaced(here: Path) -> None:
    """As long as a pipe holds at once, and longer."""
    many = "".join(job(f"job-{number}") for number in range(500))
    done = lint(here, "-", "--output", "/dev/stdout", text=secret() + many)
    assert done.stdout == lint(here, "-", text=secret() + many).stdout
    assert len(done.stdout) > 100_000
    assert Path("/dev/stdout").is_symlink()


def test_a_link_stays_one(here: Path) -> None:
    (here / "report").write_text("old", encoding="utf-8")
    (here / "link").symlink_to("report")
    lint(here, "shared.yaml", "--output", "link")
    assert (here / "link").is_symlink()
    assert "late-dependency" in (here / "report").read_text(encoding="utf-8")


def test_findings_go_to_the_log_as_well(here: Path) -> None:
    done = lint(here, "shared.yaml", PRESYNC_LOG="log")
    assert (here / "log").read_text(encoding="utf-8") == done.stdout


def on_a_terminal(here: Path, *arguments: str, **variables: str) -> tuple[str, str]:
    """What stands on a terminal that is stdout, and on one that is stderr."""
    (out, out_end), (err, err_end) = pty.openpty(), pty.openpty()
    environment = {"TERM": "xterm", **{k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}}
    subprocess.run(
        [*PRESYNC, "lint", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=out_end,
        stderr=err_end,
        cwd=here,
        env=environment | variables,
        check=False,
        timeout=SECONDS,
    )
    os.close(out_end)
    os.close(err_end)
    return read_all(out), read_all(err)


def read_all(terminal: int) -> str:
    parts = []
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # Linux's way to say that the other end is closed
            part = b""
        if not part:
            os.close(terminal)
            return b"".join(parts).decode()
        parts.append(part)


COLOURED = "\x1b[1;31merror[late-dependency]\x1b[0m: "


def test_colours_are_for_terminals(here: Path) -> None:
    assert COLOURED in on_a_terminal(here, "shared.yaml")[0]
    assert "\x1b" not in on_a_terminal(here, "shared.yaml", NO_COLOR="1")[0]
    assert "\x1b" not in on_a_terminal(here, "shared.yaml", NO_COLOR="1", FORCE_COLOR="1")[0]
    assert "\x1b" not in on_a_terminal(here, "shared.yaml", "--format", "github")[0]
    assert "\x1b" not in lint(here, "shared.yaml").stdout
    assert COLOURED in lint(here, "shared.yaml", FORCE_COLOR="1").stdout
    lint(here, "shared.yaml", "--output", "report", FORCE_COLOR="1")
    assert "\x1b" not in (here / "report").read_text(encoding="utf-8")


def test_progress_is_for_a_terminal_that_is_stderr(here: Path) -> None:
    assert "judging releases" in on_a_terminal(here, ".")[1]
    assert on_a_terminal(here, "shared.yaml")[1] == ""
    assert lint(here, ".").stderr == ""


# Waivers.

WAIVER = "{{rule: copy-refused, object: {name}, reason: later, expires: {day}}}"


def waive(here: Path, *waivers: str, more: str = "") -> None:
    text = f"waivers: [{', '.join(waivers)}]\n{more}"
    (here / settings.FILE_NAME).write_text(text, encoding="utf-8")


def waiver(name: str = "Job/migrate", day: str = "9999-12-31") -> str:
    return WAIVER.format(name=name, day=day)


def test_a_waived_finding_neither_shows_nor_fails(here: Path) -> None:
    waive(here, waiver())
    assert "copy-refused" not in findings(here, "refused.yaml")["refused.yaml"]
    assert lint(here, "refused.yaml").returncode == 0


def test_a_render_takes_a_waiver_whatever_its_day(here: Path) -> None:
    for day in ("9999-12-31", "2020-01-31"):
        waive(here, waiver(day=day))
        done = subprocess.run([*PRESYNC, "render", "refused.yaml"], cwd=here, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (0, REFUSED)


def test_an_expired_waiver_is_an_error_and_covers_nothing(here: Path) -> None:
    waive(here, waiver(day="2020-01-31"))
    found = findings(here, "refused.yaml")
    assert "copy-refused" in found["refused.yaml"]
    assert found[settings.FILE_NAME] == {"expired-waiver"}
    done = lint(here, "refused.yaml", "--select", "expired-waiver")
    assert done.returncode == 1
    assert f"  {settings.FILE_NAME}:1:1  stands here" in done.stdout
    assert "the waiver of copy-refused for Job/migrate expired on 2020-01-31" in done.stdout
    assert done.stdout.endswith("presync: 1 error\n")


def test_a_waiver_that_covers_nothing_is_reported_at_its_line(here: Path) -> None:
    waive(here, waiver(), "\n  " + waiver("Job/other"))
    found = findings(here, "refused.yaml")
    assert found[settings.FILE_NAME] == {"unused-waiver"}
    done = lint(here, "refused.yaml", "--select", "unused-waiver")
    assert done.returncode == 0
    assert "the waiver of copy-refused for Job/other covers nothing" in done.stdout
    assert f"{settings.FILE_NAME}:2:" in done.stdout


REFUSED_SETTINGS = {
    "a locked rule": (waiver(), "lock: [copy-refused]", "waivers: copy-refused is locked"),
    "an unknown rule": (waiver().replace("copy-refused", "copy-refusd"), "", "waivers: copy-refusd is no rule"),
    "neither object nor files": (waiver().replace("object: Job/migrate, ", ""), "", "no object and no file"),
    "no reason": (waiver().replace("reason: later", "reason: ''"), "", "waivers.0.reason"),
    "no day": (waiver().replace(", expires: 9999-12-31", ""), "", "waivers.0.expires"),
    "another day": (waiver(day="tomorrow"), "", "waivers.0.expires"),
    "an unknown key": (waiver().replace("object", "objects"), "", "waivers.0.objects"),
}


@pytest.mark.parametrize(("one", "more", "said"), REFUSED_SETTINGS.values(), ids=REFUSED_SETTINGS)
def test_a_waiver_that_cannot_be_meant_is_exit_2(here: Path, one: str, more: str, said: str) -> None:
    waive(here, one, more=more)
    done = lint(here, "refused.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_repository_starts_with_the_waivers_that_are_written(here: Path) -> None:
    before = lint(here, ".", "--fail-on", "warning")
    done = lint(here, ".", "--write-waivers", settings.FILE_NAME)
    assert (before.returncode, done.returncode, done.stdout) == (1, 0, "")
    assert f"written to {settings.FILE_NAME}" in done.stderr
    after = lint(here, ".", "--fail-on", "warning")
    assert after.returncode == 0
    assert "waiver" not in after.stdout
    again = lint(here, ".", "--write-waivers", settings.FILE_NAME)
    assert again.returncode == 2
    assert "it is there already" in again.stderr


# Allows on objects.


def allowing(words: str) -> str:
    return secret(body="data: {}") + job(annotations=f'{PRE_SYNC}, presync/allow: "{words}"')


ALLOWS = {
    "copy-refused": [],
    "copy-refused,no-origin": ["Job/migrate allows no-origin, which silences nothing"],
    "copy-refused, rerun-blockd": ["Job/migrate allows rerun-blockd, which is no rule"],
    "copy-refused,late-dependency,unused-allow": [],
}


@pytest.mark.parametrize(("words", "said"), ALLOWS.items(), ids=ALLOWS)
def test_an_allow_that_silences_nothing_is_reported(here: Path, words: str, said: list[str]) -> None:
    (here / "allowing.yaml").write_text(allowing(words), encoding="utf-8")
    told = json.loads(lint(here, "allowing.yaml", "--format", "json", "--select", "unused-allow").stdout)
    assert [found["message"] for found in told["releases"][0]["findings"]] == said


def test_an_allow_of_a_locked_rule_is_in_vain(here: Path) -> None:
    (here / settings.FILE_NAME).write_text("lock: [copy-refused]", encoding="utf-8")
    done = lint(here, "-", "--select", "unused-allow", text=allowing("copy-refused"))
    assert "hint: The settings lock this rule: mend the fault." in done.stdout

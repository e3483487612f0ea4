"""The command as its callers see it: exit status, stdout whole or empty, and what is said where."""

from __future__ import annotations

import json
import os
import pty
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer.main

import postrenderer
from postrenderer import settings
from postrenderer.commandline import app as commands
from postrenderer.options import FLAGS, VARIABLES, Options, render_options

from .given import HELM_4, PRE_SYNC, app, job, reads, rendered, secret

PRESYNC = (sys.executable, "-m", "postrenderer")
SHARED = secret(body="stringData: {url: hunter2-canary}") + app() + job()
REFUSED = secret(body="data: {}") + job()
CANARY = "hunter2-canary"
SECONDS = 30


def run(
    *arguments: str, text: str | bytes = SHARED, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """A render in a process of its own, with these variables besides the harmless ones of this process."""
    raw = text.encode() if isinstance(text, str) else text
    done = subprocess.run(
        [*PRESYNC, *arguments],
        input=raw,
        capture_output=True,
        check=False,
        cwd=cwd,
        env=os.environ | variables,
        timeout=SECONDS,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def run_python(code: str, text: str = SHARED, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command's `main` after something was done to it."""
    program = (
        f"import sys\nsys.argv = ['presync', *{list(arguments)!r}]\n{code}\nfrom postrenderer.cli import main\nmain()\n"
    )
    return subprocess.run(
        [sys.executable, "-c", program], input=text, capture_output=True, text=True, check=False, timeout=SECONDS
    )


# Exit status.


def test_a_release_that_was_made_safe_comes_out_whole() -> None:
    done = run()
    assert (done.returncode, done.stdout) == (0, rendered(SHARED).text)
    assert "settled[late-dependency]: Job/migrate reads Secret/db in PreSync" in done.stderr
    assert done.stderr.endswith("presync: 1 settled, nothing left\n")


def test_a_release_without_findings_comes_out_without_a_word() -> None:
    text = secret(source="app/templates/secret.yaml")
    done = run(text=text)
    assert (done.returncode, done.stdout, done.stderr) == (0, text, "")


def test_a_refused_release_gives_no_output_and_a_reason() -> None:
    done = run(text=REFUSED)
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert lines[0].startswith("error[copy-refused]: Job/migrate reads Secret/db")
    assert lines[1].startswith("  stdin:")
    assert lines[-3].startswith("  hint: ")
    assert lines[-2] == "  more: presync explain copy-refused"
    assert lines[-1] == "presync: refused, nothing was written: 1 error"


BAD = {
    "an unknown option": (["--bogus"], SHARED, "bogus"),
    "an option without its value": (["--target"], SHARED, "target"),
    "an unknown command": (["bogus"], SHARED, "bogus"),
    "an unknown target": (["--target", "flux"], SHARED, "none of auto, argocd and helm"),
    "no document": ([], "", "nothing came in"),
    "comments alone": ([], "---\n# c\n", "nothing came in"),
    "a message of Helm": ([], "Error: chart not found\n", "no Kubernetes object"),
    "no object": ([], "chart not found\n", "not a Kubernetes object"),
    "broken YAML": ([], f"{secret()}---\nkind: Secret\nmetadata: {{name: x}}\ndata: {{p: {CANARY}\n", "stdin:1"),
    "a broken hook": ([], f"{secret()}---\nkind: Job\nmetadata: {{name: x}}\nhelm.sh/hook: {CANARY}: x\n", "stdin:10:"),
    "a key twice": ([], "kind: Secret\nkind: Secret\nmetadata: {name: x}\n", "stdin:2:1: the key 'kind'"),
    "other bytes": ([], b"a: \xff" + CANARY.encode(), "stdin:1: the text is not UTF-8"),
    "a NUL": ([], f"a: {CANARY}\0", "stdin:1: the text holds a NUL byte"),
    "a missing file": (["render", "missing.yaml"], "", "cannot read missing.yaml"),
    "a missing second rendering": (["--again", "missing.yaml"], SHARED, "cannot read missing.yaml"),
    "a folder": (["render", "/"], "", "cannot read /"),
    "a missing settings file": (["--settings", "missing.yaml"], SHARED, "cannot read the settings file"),
    "an unfinished document": ([], 'kind: Secret\nmetadata: {name: "', "stdin:2:"),
}


@pytest.mark.parametrize(("arguments", "text", "said"), BAD.values(), ids=BAD)
def test_bad_usage_or_input_is_exit_2_with_a_reason_and_no_output(
    arguments: list[str], text: str | bytes, said: str, tmp_path: Path
) -> None:
    done = run(*arguments, text=text, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert CANARY not in done.stderr
    assert "Traceback" not in done.stderr


BUGS = {
    "a failed check": (
        "from postrenderer import scissors\n"
        "whole = scissors.new_scalar\n"
        "scissors.new_scalar = lambda *a: whole(*a)._replace(new='spoilt')",
        "bug: ",
    ),
    "an unforeseen error": (
        "from postrenderer import pipeline\ndef fail(*_): raise ValueError('hunter2-canary')\npipeline.render = fail",
        "bug: ValueError in ",
    ),
}


@pytest.mark.parametrize(("code", "said"), BUGS.values(), ids=BUGS)
def test_a_bug_of_our_own_is_exit_3_and_says_how_to_report_it(code: str, said: str) -> None:
    done = run_python(code)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(said)
    assert "Please report this" in done.stderr
    assert CANARY not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("pure", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        f"kind: Secret\nmetadata: {{name: x}}\ndata:\n  p: {CANARY}: x\n",
        f"a: &x {CANARY}\nb: &x {CANARY}\nkind: Secret\n",
    ],
)
def test_no_text_of_a_broken_document_is_shown_by_either_parser(pure: bool, text: str) -> None:
    done = run_python(f"from postrenderer import compose\ncompose.use_parser(pure={pure})", f"{text}\nmetadata: [\n")
    assert CANARY not in done.stderr + done.stdout


HOSTILE = {
    "brackets": "kind: Job\nmetadata: {name: x, annotations: {helm.sh/hook: test}}\nspec: " + "[" * 100_000,
    "braces": "{a: " * 100_000,
    "dashes": "- " * 100_000,
    "an alias bomb": "a: &a [x, x]\n"
    + "".join(f"{c}: &{c} [{', '.join([f'*{b}'] * 9)}]\n" for b, c in zip("abcdefghi", "bcdefghij", strict=True)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_input_is_refused_in_bounded_time(text: str) -> None:
    began = time.monotonic()
    done = run(text=text)
    assert done.returncode == 2
    assert time.monotonic() - began < 10
    assert len(done.stderr) < 1000


LIMITS = {
    "bytes": ("limits: {bytes: 100}", "larger than 100 bytes"),
    "documents": ("limits: {documents: 2}", "more than 2 documents"),
}


@pytest.mark.parametrize(("text", "said"), LIMITS.values(), ids=LIMITS)
def test_what_is_too_much_is_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "limits.yaml").write_text(text, encoding="utf-8")
    done = run("--settings", str(tmp_path / "limits.yaml"))
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "limits." in done.stderr


# stdout holds all or nothing.


def in_shell(command: str, text: str = SHARED) -> subprocess.CompletedProcess[str]:
    whole = f"{sys.executable} -m postrenderer {command}"
    return subprocess.run(["sh", "-c", whole], input=text, capture_output=True, text=True, check=False, timeout=SECONDS)


@pytest.mark.parametrize("redirection", [">/dev/full", ">&-", "</dev/null >&-"])
@pytest.mark.parametrize("command", ["", "--diff", "lint"])
def test_an_output_that_cannot_be_written_is_never_exit_0(redirection: str, command: str) -> None:
    done = in_shell(f"{command} {redirection}")
    assert done.returncode != 0
    assert done.stderr != ""
    assert "Traceback" not in done.stderr


def test_a_reader_that_stops_reading_is_never_exit_0() -> None:
    big = SHARED + secret("big", body="stringData: {a: " + "x" * 1_000_000 + "}")
    whole = f"({' '.join(PRESYNC)}; echo status=$? >&2) | head -c 1 >/dev/null"
    done = subprocess.run(["sh", "-c", whole], input=big, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert "status=0" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_closed_stderr_changes_nothing_else() -> None:
    done = in_shell("2>&-")
    assert (done.returncode, done.stdout) == (0, rendered(SHARED).text)
    assert in_shell("2>&-", REFUSED).returncode == 1


def test_a_closed_stdin_is_bad_input() -> None:
    done = in_shell("<&-")
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize("text", [SHARED.replace("\n", "\r\n"), SHARED + "# é🚧", SHARED.rstrip("\n")])
def test_bytes_come_through_as_they_were(text: str) -> None:
    raw = subprocess.run(PRESYNC, input=text.encode(), capture_output=True, check=True).stdout
    assert raw.decode() == rendered(text).text


# What is said where.


def test_findings_go_to_the_log_as_well(tmp_path: Path) -> None:
    log = tmp_path / "presync.log"
    first = run("--log-file", str(log))
    second = run("--log-file", str(log), text=REFUSED)
    third = run("--log-file", str(log), text="")
    assert log.read_text(encoding="utf-8") == first.stderr + second.stderr + third.stderr
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_is_a_warning(tmp_path: Path) -> None:
    done = run("--log-file", str(tmp_path / "missing" / "presync.log"))
    assert (done.returncode, done.stdout) == (0, rendered(SHARED).text)
    assert "warning: the log" in done.stderr


def test_no_secret_value_is_said_or_shown_in_a_difference() -> None:
    env = reads("db").replace("image: i", f"env: [{{name: PASSWORD, value: {CANARY}}}]")
    text = secret(body=f"stringData:\n  url: {CANARY}\n  more: |\n    {CANARY}\ndata: {{p: {CANARY}}}") + job(pod=env)
    done = run("--diff", text=text)
    assert done.returncode == 0
    assert CANARY not in done.stdout + done.stderr
    assert "+  name: db-presync" in done.stdout
    assert "***" in done.stdout


def test_a_difference_is_only_of_what_differs() -> None:
    text = secret(source="app/templates/secret.yaml")
    assert run("--diff", text=text).stdout == ""


def test_under_helm_4_a_refusal_may_go_through_the_stream() -> None:
    text = secret(annotations=HELM_4, body="data: {}") + job(annotations=f"{PRE_SYNC}, {HELM_4}")
    done = run("--refuse-in-stream", text=text)
    assert done.returncode == 0
    assert done.stdout.startswith("|\n  error[copy-refused]: ")
    assert all(line.startswith("  ") for line in done.stdout.splitlines()[1:])
    assert "kind:" not in done.stdout


def test_elsewhere_a_refusal_in_the_stream_would_be_applied_and_is_none() -> None:
    done = run("--refuse-in-stream", text=REFUSED)
    assert (done.returncode, done.stdout) == (1, "")


def test_on_a_terminal_without_input_help_is_printed() -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb"), os.fdopen(theirs, "rb") as terminal:
        done = subprocess.run(PRESYNC, stdin=terminal, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert done.returncode == 0
    assert "Usage: presync" in done.stdout


# Options and variables.


def target_of(*arguments: str, **variables: str) -> str:
    """Helm's words in the output tell the target."""
    text = job(annotations=f"{PRE_SYNC}, argocd.argoproj.io/sync-wave: '1'", pod=reads()) + secret()
    done = run(*arguments, text=text, **variables)
    if done.returncode:
        return "helm" if "hooks-unseen" in done.stderr else done.stderr
    return "argocd"


def test_the_target_is_argo_cd_unless_something_says_helm() -> None:
    assert target_of() == "argocd"
    assert target_of("--target", "auto") == "argocd"
    assert target_of("--target=helm") == "helm"


def test_a_stream_of_helm_4_is_for_helm() -> None:
    done = run(text=job(annotations=f"{PRE_SYNC}, {HELM_4}", pod=reads()))
    assert "helm.sh/hook" in done.stdout
    assert (
        "helm.sh/hook" not in run("--target=argocd", text=job(annotations=f"{PRE_SYNC}, {HELM_4}", pod=reads())).stdout
    )


def test_variables_stand_in_for_options() -> None:
    assert target_of(PRESYNC_TARGET="helm") == "helm"
    assert target_of("--target=argocd", PRESYNC_TARGET="helm") == "argocd"
    assert target_of(ARGOCD_ENV_PRESYNC_TARGET="helm") == "helm"
    assert target_of(PRESYNC_TARGET="argocd", ARGOCD_ENV_PRESYNC_TARGET="helm") == "argocd"
    assert target_of(PRESYNC_TARGET="") == "argocd"


AMBIGUOUS = secret(namespace="a") + secret(namespace="b") + job()
NAMESPACES = {
    "an option": (["--namespace", "b"], {}),
    "a variable": ([], {"PRESYNC_NAMESPACE": "b"}),
    "the Application's author": ([], {"ARGOCD_ENV_PRESYNC_NAMESPACE": "b"}),
    "Argo CD": ([], {"ARGOCD_APP_NAMESPACE": "b"}),
    "the option before the variable": (["--namespace=b"], {"PRESYNC_NAMESPACE": "a"}),
    "the variable before Argo CD": ([], {"PRESYNC_NAMESPACE": "b", "ARGOCD_APP_NAMESPACE": "a"}),
}


@pytest.mark.parametrize(("arguments", "variables"), NAMESPACES.values(), ids=NAMESPACES)
def test_a_namespace_makes_clear_what_is_meant(arguments: list[str], variables: dict[str, str]) -> None:
    assert run(text=AMBIGUOUS).returncode == 1
    done = run(*arguments, text=AMBIGUOUS, **variables)
    assert done.returncode == 0
    assert done.stdout.index("name: db-presync") > done.stdout.index("namespace: b")


@pytest.mark.parametrize("option", sorted(set(VARIABLES) - {"target", "namespace"}))
def test_the_author_of_an_application_names_no_file(option: str, tmp_path: Path) -> None:
    file = tmp_path / "file.yaml"
    file.write_text("allow: [copy-refused]\nstamp: 'on'\n", encoding="utf-8")
    variables = {f"ARGOCD_ENV_{name}": str(file) for name in VARIABLES[option]}
    variables |= {f"ARGOCD_ENV_PRESYNC_{option.upper()}": str(file)}
    before = file.read_bytes()
    assert run(**variables).stdout == rendered(SHARED).text
    assert run(text=REFUSED, **variables).returncode == 1
    assert file.read_bytes() == before


def test_the_administrator_names_them(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("allow: [copy-refused]", encoding="utf-8")
    (tmp_path / "again.yaml").write_text(SHARED, encoding="utf-8")
    assert run(text=REFUSED, PRESYNC_SETTINGS=str(tmp_path / "s.yaml")).returncode == 0
    assert "presync-stamp" in run(PRESYNC_AGAIN=str(tmp_path / "again.yaml")).stdout
    run(PRESYNC_LOG=str(tmp_path / "log"))
    assert (tmp_path / "log").read_text(encoding="utf-8") != ""


def test_settings_are_found_here_but_not_inside_argo_cd(tmp_path: Path) -> None:
    """There the folder is a tenant's checkout."""
    (tmp_path / settings.FILE_NAME).write_text("stamp: 'on'", encoding="utf-8")
    assert "presync-stamp" in run(cwd=tmp_path).stdout
    assert "presync-stamp" not in run(cwd=tmp_path, ARGOCD_APP_NAME="app").stdout
    chosen = {"ARGOCD_APP_NAME": "app", "PRESYNC_SETTINGS": str(tmp_path / settings.FILE_NAME)}
    assert "presync-stamp" in run(cwd=tmp_path, **chosen).stdout


def test_several_files_are_one_stream(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(secret().removeprefix("---\n").rstrip("\n"), encoding="utf-8")
    (tmp_path / "b.yaml").write_text(job().removeprefix("---\n"), encoding="utf-8")
    done = run("render", "a.yaml", "b.yaml", cwd=tmp_path, text="")
    assert done.returncode == 0
    assert done.stdout.count("\n---\n") == 2
    assert "name: db-presync" in done.stdout
    mixed = run("render", "a.yaml", "-", cwd=tmp_path, text=job())
    assert "name: db-presync" in mixed.stdout


def test_a_place_in_a_file_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(REFUSED, encoding="utf-8")
    assert "  a.yaml:1" in run("render", "a.yaml", cwd=tmp_path, text="").stderr


READ = {
    (): Options(),
    ("render",): Options(),
    ("--diff",): Options(diff=True),
    ("--target", "helm", "--namespace=a"): Options(target="helm", namespace="a"),
    ("render", "a", "--log-file", "l", "b"): Options(("a", "b"), log_file="l"),
    ("-",): Options(("-",)),
    ("--refuse-in-stream", "--again=x"): Options(refuse_in_stream=True, again="x"),
    ("--namespace=",): Options(),
    ("lint",): None,
    ("file.yaml",): None,
    ("--help",): None,
    ("render", "--help"): None,
    ("--target",): None,
    ("--diff=yes",): None,
    ("--version",): None,
    ("-n", "a"): None,
    ("settings", "--schema"): None,
}


@pytest.mark.parametrize(("arguments", "options"), READ.items(), ids=[" ".join(arguments) for arguments in READ])
def test_a_render_s_options_are_read_without_typer(arguments: tuple[str, ...], options: Options | None) -> None:
    assert render_options(list(arguments)) == options


@pytest.mark.parametrize("command", ["render", None])
def test_typer_knows_the_same_options(command: str | None) -> None:
    group = typer.main.get_command(commands)
    known = group.commands[command] if command else group  # type: ignore[attr-defined]
    options = {parameter.name for parameter in known.params if parameter.param_type_name == "option"}
    assert options - {"version", "help", "install_completion", "show_completion"} == {*VARIABLES, *FLAGS}
    assert {*VARIABLES, *FLAGS, "files"} == set(Options._fields)


def test_a_plain_render_imports_neither_typer_nor_pydantic() -> None:
    tell = "sys.stderr.write('\\n' + ' '.join(sys.modules)), sys.stderr.flush()"
    code = f"import os\nleave = os._exit\nos._exit = lambda status: ({tell}, leave(status))"
    done = run_python(code)
    modules = {name.partition(".")[0] for name in done.stderr.rpartition("\n")[2].split()}
    assert done.returncode == 0
    assert "ruamel" in modules
    assert modules & {"typer", "click", "pydantic", "rich", "pathlib", "jsonschema", "yaml"} == set()


# The other commands.


def test_the_version_is_the_package_s() -> None:
    assert run("--version", text="").stdout == f"presync {postrenderer.__version__}\n"


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["render", "--help"], ["lint", "-h"], ["settings", "--help"]]
)
def test_every_command_explains_itself(arguments: list[str]) -> None:
    done = run(*arguments, text="")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: presync" in done.stdout


@pytest.mark.parametrize(
    ("text", "status", "said"), [(SHARED, 1, "error[late-dependency]"), (REFUSED, 1, "error[copy-refused]")]
)
def test_lint_says_on_stdout_what_is_wrong(text: str, status: int, said: str) -> None:
    done = run("lint", text=text)
    assert (done.returncode, done.stderr) == (status, "")
    assert said in done.stdout
    assert ("`presync render` settles this" in done.stdout) is (text is SHARED)


def test_lint_is_content_with_what_is_right() -> None:
    done = run("lint", text=secret(source="app/templates/secret.yaml"))
    assert (done.returncode, done.stdout) == (0, "presync: nothing found\n")


def test_lint_of_bad_input_is_exit_2() -> None:
    done = run("lint", text="")
    assert (done.returncode, done.stdout) == (2, "")


def test_settings_in_force_and_their_schema_are_printed(tmp_path: Path) -> None:
    (tmp_path / settings.FILE_NAME).write_text("folder: x", encoding="utf-8")
    assert json.loads(run("settings", text="", cwd=tmp_path).stdout)["folder"] == "x"
    assert json.loads(run("settings", "--schema", text="").stdout) == settings.schema()


def test_the_helm_plugin_s_folder_holds_the_plugin() -> None:
    folder = Path(run("helm-plugin-dir", text="").stdout.rstrip("\n"))
    listed = (folder / "presync" / "plugin.yaml").read_text(encoding="utf-8")
    assert "type: postrenderer/v1" in listed
    assert f"version: {postrenderer.__version__}\n" in listed

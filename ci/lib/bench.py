"""Times presync against `kubectl kustomize` and against itself, whole processes in turn: medians, ratios, peak memory.

The limits are those the project has set itself. Nothing fails here: a limit that is passed is only marked.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import release

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus" / "rendered"
PRESYNC = ("presync", "--target", "argocd")
APPLICATIONS = 300
MEGABYTE = 1_000_000
RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes there, KiB elsewhere


class MissingError(Exception):
    """Says what a case would need to run here."""


@dataclass(frozen=True)
class Case:
    what: str
    make: Callable[[Path], None]
    limit: float
    runs: int
    kustomization: str = ""


def chart(file: Path) -> None:
    helm = shutil.which("helm")
    if helm is None:
        raise MissingError("no helm on PATH to render chart/ with")
    command = [helm, "template", "demo", "chart", "--namespace", "demo", "--set", "presync.mode=postrenderer"]
    with file.open("wb") as out:
        subprocess.run(command, cwd=ROOT, stdout=out, check=True)


def from_corpus(name: str) -> Callable[[Path], None]:
    def make(file: Path) -> None:
        if not (CORPUS / name).exists():
            raise MissingError(f"no ../shared/corpus/rendered/{name}")
        shutil.copyfile(CORPUS / name, file)

    return make


def generated(applications: int) -> Callable[[Path], None]:
    return lambda file: release.write(file, applications)


CASES = {
    "chart": Case("the chart of this project", chart, limit=1.2, runs=21),
    "kube-prometheus-stack": Case(
        "5 MB, most of it CRDs", from_corpus("kube-prometheus-stack.yaml"), limit=0.25, runs=7
    ),
    "generated": Case(
        "1,500 documents, 5 MB; kustomize adds a namePrefix",
        generated(APPLICATIONS),
        limit=0.1,
        runs=5,
        kustomization="namePrefix: team-\n",
    ),
}
GROWTH = "growth"
LINT = "lint"
LINT_RUNS = 7
LINT_LIMIT = 2
READING = (sys.executable, str(ROOT / "ci" / "lib" / "reading.py"))
GROWTH_RUNS = 7
GROWTH_LIMIT = 2.2


def memory_limit(size: int) -> float:
    return 8 * size + 60 * MEGABYTE


@dataclass(frozen=True)
class Run:
    seconds: float
    processor: float
    memory: int
    status: int


def run(command: tuple[str, ...], stdin: Path | None, stderr: int | None = subprocess.DEVNULL) -> Run:
    with (stdin or Path(os.devnull)).open("rb") as source:
        start = time.perf_counter()
        # A child's ru_maxrss is never below its parent's memory at the start, so this script keeps no text in memory.
        process = subprocess.Popen(command, stdin=source, stdout=subprocess.DEVNULL, stderr=stderr)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    processor = usage.ru_utime + usage.ru_stime
    return Run(seconds, processor, usage.ru_maxrss * RSS_UNIT, process.returncode)


@dataclass(frozen=True)
class Side:
    command: tuple[str, ...]
    stdin: Path | None = None
    ends: tuple[int, ...] = (0,)

    def run(self) -> Run:
        return run(self.command, self.stdin)

    def warm_up(self) -> None:
        """Once unmeasured: fills caches, and shows whether the command works at all."""
        with tempfile.TemporaryFile() as stderr:
            status = run(self.command, self.stdin, stderr.fileno()).status
            if status not in self.ends:
                stderr.seek(0)
                said = stderr.read().decode(errors="replace").strip().splitlines()
                print(f"  ! {' '.join(self.command[:2])} ends with exit status {status}: {' / '.join(said[-3:])}")


@dataclass(frozen=True)
class Race:
    first: list[Run]
    second: list[Run]

    @property
    def medians(self) -> tuple[float, float]:
        return median(self.first), median(self.second)

    @property
    def ratio(self) -> float:
        return self.medians[0] / self.medians[1]

    @property
    def paired(self) -> float:
        pairs = zip(self.first, self.second, strict=True)
        return statistics.median(one.seconds / other.seconds for one, other in pairs)


def median(runs: list[Run]) -> float:
    return statistics.median(each.seconds for each in runs)


def in_turn(first: Side, second: Side, runs: int) -> Race:
    first.warm_up()
    second.warm_up()
    turns = [(first.run(), second.run()) for _ in range(runs)]
    return Race([one for one, _ in turns], [other for _, other in turns])


def verdict(value: float, limit: float) -> str:
    return "ok" if value <= limit else "OVER"


def row(*cells: object) -> str:
    name, *rest = (str(cell) for cell in cells)
    return f"  {name:<24}" + "".join(f"{cell:>13}" for cell in rest)


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"


def megabytes(size: float) -> str:
    return f"{size / MEGABYTE:,.1f} MB"


def print_race(name: str, race: Race, limit: float) -> None:
    first, second = (milliseconds(each) for each in race.medians)
    print(row(name, first, second, f"{race.ratio:.3f}", f"{race.paired:.3f}", limit, verdict(race.ratio, limit)))


def print_memory(name: str, race: Race, size: int) -> None:
    peak, limit = max(each.memory for each in race.first), memory_limit(size)
    print(row(name, megabytes(peak), megabytes(limit), verdict(peak, limit)))


def against_kustomize(case: Case, folder: Path, runs: int) -> tuple[Race, int]:
    stream = folder / "stream.yaml"
    case.make(stream)
    (folder / "kustomization.yaml").write_text(f"{case.kustomization}resources: [stream.yaml]\n")
    if shutil.which("kubectl") is None:
        raise MissingError("no kubectl on PATH to compare with")
    kustomize = Side(("kubectl", "kustomize", str(folder)))
    return in_turn(Side(PRESYNC, stream), kustomize, runs), stream.stat().st_size


def against_itself(folder: Path, runs: int) -> tuple[Race, int]:
    once, twice = folder / "once.yaml", folder / "twice.yaml"
    release.write(once, APPLICATIONS)
    release.write(twice, 2 * APPLICATIONS)
    return in_turn(Side(PRESYNC, twice), Side(PRESYNC, once), runs), twice.stat().st_size


def against_reading(folder: Path, runs: int) -> Race:
    """Whole processes: lint side by side on all processors, the least that it must read in one process."""
    if not CORPUS.exists():
        raise MissingError("no ../shared/corpus/rendered")
    listed = folder / "listed.json"
    subprocess.run([*READING, "list", str(CORPUS), str(listed)], check=True)
    lint = Side(("presync", "lint", str(CORPUS), "--target", "argocd"), ends=(0, 1))
    return in_turn(lint, Side((*READING, "read", str(listed))), runs)


def print_lint(runs: int) -> None:
    print(
        f"\nLint: all of the corpus on {len(os.sched_getaffinity(0))} processors, against reading what a render reads"
    )
    print(row("", "lint", "reading", "ratio", "of pairs", "limit", ""))
    with tempfile.TemporaryDirectory() as folder:
        try:
            race = against_reading(Path(folder), runs)
        except MissingError as missing:
            print(f"  {LINT} is left out: {missing}")
            return
    print_race(LINT, race, LINT_LIMIT)
    first, second = (statistics.median(each.processor for each in side) for side in (race.first, race.second))
    print(row("processor time", milliseconds(first), milliseconds(second), f"{first / second:.3f}"))


def measured(names: list[str], measure: Callable[[str, Path], tuple[Race, int]]) -> Iterator[tuple[str, Race, int]]:
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            try:
                yield name, *measure(name, Path(folder))
            except MissingError as missing:
                print(f"  {name} is left out: {missing}")


def arguments() -> argparse.Namespace:
    cases = "\n".join(f"  {name:<24}{case.what}" for name, case in CASES.items())
    cases += f"\n  {GROWTH:<24}twice the generated release against once"
    cases += f"\n  {LINT:<24}presync lint on the corpus against reading what a render reads of it"
    parser = argparse.ArgumentParser(
        prog="ci/bench",
        description="Times presync against `kubectl kustomize` on the same objects, in turn.",
        epilog=f"cases:\n{cases}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-n", dest="runs", type=int, help="runs of each side (default: by case)")
    parser.add_argument("cases", metavar="CASE", nargs="*", help="only these cases")
    options = parser.parse_args()
    if unknown := set(options.cases) - {*CASES, GROWTH, LINT}:
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    return options


def main() -> None:
    options = arguments()
    chosen = options.cases or [*CASES, GROWTH, LINT]
    peaks = []

    print("\nTime: medians of whole processes, run in turn")
    print(row("", "presync", "kustomize", "ratio", "of pairs", "limit", ""))
    races = measured(
        [name for name in CASES if name in chosen],
        lambda name, folder: against_kustomize(CASES[name], folder, options.runs or CASES[name].runs),
    )
    for name, race, size in races:
        print_race(name, race, CASES[name].limit)
        peaks.append((name, race, size))

    if GROWTH in chosen:
        print("\nGrowth: twice the documents against once")
        print(row("", "twice", "once", "ratio", "of pairs", "limit", ""))
        runs = options.runs or GROWTH_RUNS
        for name, race, size in measured([GROWTH], lambda _, folder: against_itself(folder, runs)):
            print_race(name, race, GROWTH_LIMIT)
            peaks.append((name, race, size))

    if LINT in chosen:
        print_lint(options.runs or LINT_RUNS)

    print("\nMemory: peak of presync against 8 x the input + 60 MB")
    print(row("", "peak", "limit", ""))
    for peak in peaks:
        print_memory(*peak)


if __name__ == "__main__":
    main()

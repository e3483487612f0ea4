"""A plan as JSON, for programs: every step with everything that is known of it."""

import json
from collections.abc import Iterable
from typing import Any

from postrenderer.findings import Finding
from postrenderer.manifest import Manifest
from postrenderer.report.plan import words
from postrenderer.report.plan.sheet import Sheet
from postrenderer.steps import Read, Step


def shown(sheets: Iterable[Sheet]) -> str:
    return _written({"plans": [_sheet(sheet) for sheet in sheets]})


def beside(pairs: Iterable[tuple[Sheet, Sheet]]) -> str:
    return _written({"plans": [{"before": _sheet(before), "after": _sheet(after)} for before, after in pairs]})


def _written(told: object) -> str:
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _sheet(sheet: Sheet) -> dict[str, Any]:
    plan = sheet.plan
    return {
        "input": sheet.name,
        "target": plan.target,
        "namespace": sheet.namespace,
        "refused": sheet.is_refused,
        "waves": [
            {
                "phase": wave.phase,
                "number": wave.number,
                "seconds": {"first": wave.first, "later": wave.later},
                "steps": [_step(step, sheet) for step in wave.steps],
            }
            for wave in plan.waves
        ],
        "notApplied": [{**_object(each.manifest), "why": words.left_out(each, plan.target)} for each in plan.left_out],
        "leftByUninstall": {"objects": [_object(each) for each in sheet.left_behind], "remove": words.removal(sheet)},
        "findings": [_finding(finding) for finding in sheet.findings],
    }


def _step(step: Step, sheet: Sheet) -> dict[str, Any]:
    told, manifest = sheet.of(step), step.manifest
    late = set(told.late)
    return {
        **_object(manifest),
        "generateName": manifest.generate_name if not manifest.identity.name else None,
        "template": manifest.template,
        "hook": step.is_hook,
        "deletePolicies": [word for word, _ in words.policies(step, sheet.plan.target)],
        "copyOf": words.origin(manifest).partition("/")[2] or None,
        "mark": told.mark or None,
        "reasons": list(told.reasons),
        "reads": [{**_read(read), "late": read.found in late} for read in step.reads],
        "readBy": [_object(reader) for reader in told.readers],
    }


def _object(manifest: Manifest) -> dict[str, Any]:
    return dict(zip(("group", "kind", "namespace", "name"), manifest.identity, strict=True))


def _read(read: Read) -> dict[str, Any]:
    found = _object(read.found) if read.found else None
    return {"kind": read.kind[1], "name": read.name, "as": read.how, "optional": read.optional, "object": found}


def _finding(finding: Finding) -> dict[str, Any]:
    place = finding.place or finding.manifest.place()
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "object": _object(finding.manifest),
        "message": finding.message,
        "hint": finding.hint,
        "file": place.file,
        "line": place.line,
        "column": place.column,
    }

"""Findings as SARIF 2.1.0, which code scanning reads."""

import json
import re
from typing import Any
from urllib.parse import quote

import postrenderer
from postrenderer.findings import Related, Verdict
from postrenderer.inputs import Input
from postrenderer.linting import Linted
from postrenderer.pages import PAGES, sections
from postrenderer.report import pages
from postrenderer.report.lint import Report, advice, fingerprinted, spot

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOOKS_OF_ARGO_CD = "https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/"
ISSUE_OF_ARGO_CD = "https://github.com/argoproj/argo-cd/issues/"
INDEX = {rule: number for number, rule in enumerate(PAGES)}


def written(report: Report) -> str:
    driver = {
        "name": "presync",
        "semanticVersion": postrenderer.__version__,
        "rules": [_rule(rule) for rule in PAGES],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(*each) for each in fingerprinted(report)],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: str) -> dict[str, Any]:
    page = sections(PAGES[rule])
    issue = re.search(r"argo-cd (?:issue|issues|#) ?(\d+)", " ".join(page["Why"].split()))
    return {
        "id": rule,
        "name": rule.title().replace("-", ""),
        "shortDescription": {"text": page[""]},
        "fullDescription": {"text": " ".join(page["Why"].split())},
        "help": {"text": pages.text(rule), "markdown": pages.markdown(rule)},
        "helpUri": ISSUE_OF_ARGO_CD + issue[1] if issue else HOOKS_OF_ARGO_CD,
        "defaultConfiguration": {"level": PAGES[rule].SEVERITY.value},
    }


def _result(linted: Linted, verdict: Verdict, fingerprint: str) -> dict[str, Any]:
    first, *others = verdict.places
    return {
        "ruleId": verdict.rule,
        "ruleIndex": INDEX[verdict.rule],
        "level": verdict.severity.value,
        "message": {"text": f"{verdict.message}. {advice(verdict)}"},
        "locations": [_location(linted.input, first) | {"logicalLocations": [{"fullyQualifiedName": verdict.object}]}],
        "relatedLocations": [_location(linted.input, each) | {"id": number} for number, each in enumerate(others, 1)],
        "partialFingerprints": {"presync/v1": fingerprint},
    }


def _location(of: Input, related: Related) -> dict[str, Any]:
    where = spot(of, related.place)
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(where.path)},
            "region": {"startLine": where.line, "startColumn": where.column},
        },
        "message": {"text": related.label or "stands here"},
    }

"""What text alone tells is what the parser would tell; where it cannot, it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from postrenderer.errors import BadInputError
from postrenderer.glance import UNSURE, Glance, glance, hides_names, template, tokens
from postrenderer.manifest import manifests
from postrenderer.stream import Document

from . import corpus

if TYPE_CHECKING:
    from postrenderer.manifest import Identity

SEEN = {
    "a plain object": ("apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n", ("v1", "Secret", "", "db")),
    "a separator and comments": (
        "---\n# Source: a/b.yaml\n\n# c\napiVersion: apps/v1 # c\nkind: Deployment\n"
        "metadata: # c\n  # c\n  name: app # c\n",
        ("apps/v1", "Deployment", "", "app"),
    ),
    "quotes": (
        "kind: \"Secret\"\napiVersion: 'v1'\nmetadata:\n    namespace: \"ns\"\n    name: 'db'\n",
        ("v1", "Secret", "ns", "db"),
    ),
    "windows lines": ("apiVersion: v1\r\nkind: Secret\r\nmetadata:\r\n  name: db\r\n", ("v1", "Secret", "", "db")),
    "no newline at the end": ("kind: Secret\napiVersion: v1\nmetadata:\n  name: db", ("v1", "Secret", "", "db")),
    "an empty namespace": (
        "apiVersion: v1\nkind: Secret\nmetadata:\n  namespace:\n  name: db\n",
        ("v1", "Secret", "", "db"),
    ),
    "names further down": (
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n  labels:\n    name: other\n    namespace: other\n",
        ("v1", "Secret", "", "db"),
    ),
    "metadata last": (
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: c\nmetadata:\n  name: p\n",
        ("v1", "Pod", "", "p"),
    ),
    "a colon in the name": (
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: system:x:y\n",
        ("rbac.authorization.k8s.io/v1", "ClusterRole", "", "system:x:y"),
    ),
}

PLAIN = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n"
NOT_SEEN = {
    "nothing": "",
    "comments": "---\n# c\n",
    "flow style": "{apiVersion: v1, kind: Secret, metadata: {name: db}}\n",
    "JSON": '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}}\n',
    "JSON over lines": '{\n"apiVersion": "v1",\n"kind": "Secret",\n"metadata": {"name": "db"}\n}\n',
    "flow metadata": PLAIN.replace("metadata:\n  name: db", "metadata: {name: db}"),
    "no metadata": "apiVersion: v1\nkind: Secret\n",
    "empty metadata": "apiVersion: v1\nkind: Secret\nmetadata:\ndata: {}\n",
    "null metadata": "apiVersion: v1\nkind: Secret\nmetadata: ~\n",
    "no kind": PLAIN.replace("kind: Secret\n", ""),
    "no version": PLAIN.replace("apiVersion: v1\n", ""),
    "no name": PLAIN.replace("name: db", "labels: {}"),
    "an empty name": PLAIN.replace("name: db", "name:"),
    "a generated name": PLAIN.replace("  name: db", "  generateName: db-"),
    "both names": PLAIN + "  generateName: db-\n",
    "a kind twice": PLAIN + "kind: ConfigMap\n",
    "metadata twice": PLAIN + "metadata:\n  name: other\n",
    "a name twice": PLAIN + "  name: other\n",
    "a List": "apiVersion: v1\nkind: List\nmetadata:\n  name: db\nitems: []\n",
    "another List": "apiVersion: v1\nkind: SecretList\nmetadata:\n  name: db\nitems: []\n",
    "an anchored name": PLAIN.replace("name: db", "name: &n db"),
    "an anchored map": PLAIN.replace("metadata:", "metadata: &m"),
    "an alias": PLAIN.replace("kind: Secret", "kind: *k"),
    "a tagged name": PLAIN.replace("name: db", "name: !!str db"),
    "a block scalar": PLAIN.replace("name: db", "name: |-\n    db"),
    "an escape": PLAIN.replace("name: db", 'name: "d\\x62"'),
    "a quoted key": PLAIN.replace("name: db", '"name": db'),
    "a spelled out key": PLAIN.replace("name: db", '"n\\x61me": db'),
    "a null name": PLAIN.replace("name: db", "name: ~"),
    "one line": "--- {apiVersion: v1, kind: Secret, metadata: {name: db}}\n",
}


def identity_by_parser(text: str) -> list[Identity]:
    return [manifest.identity for manifest in manifests(Document(text, 1), parse_all=True)]


@pytest.mark.parametrize(("text", "seen"), SEEN.values(), ids=SEEN)
def test_a_plain_document_is_read_at_a_glance(text: str, seen: tuple[str, ...]) -> None:
    assert glance(text) == Glance(True, *seen)


@pytest.mark.parametrize("text", [text for text, _ in SEEN.values()], ids=SEEN)
def test_what_is_seen_is_what_the_parser_reads(text: str) -> None:
    assert [manifest.identity for manifest in manifests(Document(text, 1))] == identity_by_parser(text)


@pytest.mark.parametrize("text", NOT_SEEN.values(), ids=NOT_SEEN)
def test_only_the_parser_can_tell(text: str) -> None:
    assert glance(text) == UNSURE


WORDS = [
    "db",
    "'db'",
    '"db"',
    "db # c",
    "  db",
    "null",
    "~",
    "1",
    "true",
    "|\n    db",
    "&a db",
    '"d\\x62"',
    "''",
]
WORDS += [
    "!!str db",
    "db:x",
    "db: x",
    "'d''b'",
    "[db]",
    "{}",
    "",
    "- db",
    "db\t# c",
    "*a",
    "db#c",
    '"d b"',
    ">-\n    db",
    "dé",
]
VALUES = st.sampled_from(WORDS)
METADATA = [
    "{i}name: {v}",
    "{i}namespace: {v}",
    "{i}name:  {v}",
    "{i}'name': {v}",
    "{i}name : {v}",
    "{i}? name\n{i}: {v}",
    "{i}labels: {{}}",
    "{i}labels:\n{i}  name: other",
    "{i}annotations:\n{i}  a: |\n{i}    name: x\n\n{i}    namespace: y",
    "{i}description: |\n\n{i}name: x",
    "{i}folded: a\n{i}  name: x",
    "{i}<<: {{name: merged}}",
    "# c",
    "",
]
REST = ["spec:\n  name: x\n  metadata:\n    name: y", "data: {}", "# c", "", "data: |\n  kind: x\n\n  y"]


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Objects that are plain but for a few oddities."""
    indent = draw(st.sampled_from(["  ", " ", "    "]))
    lines = draw(st.lists(st.sampled_from(METADATA), min_size=1, max_size=4))
    parts = [
        f"apiVersion: {draw(st.sampled_from(['v1', 'apps/v1', *WORDS[:4]]))}",
        f"kind: {draw(st.sampled_from(['Secret', 'Pod', 'List', *WORDS[:6]]))}",
        "\n".join(
            [
                "metadata:" + draw(st.sampled_from(["", " # c", " "])),
                *(line.format(i=indent, v=draw(VALUES)) for line in lines),
            ]
        ),
        draw(st.sampled_from(REST)),
    ]
    return draw(st.sampled_from(["", "---\n", "# c\n"])) + "\n".join(draw(st.permutations(parts))) + "\n"


@over(documents())
def test_a_glance_is_either_unsure_or_right(text: str) -> None:
    try:
        parsed = identity_by_parser(text)
    except BadInputError:
        return
    if glance(text).sure:
        assert [manifest.identity for manifest in manifests(Document(text, 1))] == parsed


def test_in_the_corpus_a_glance_is_right(chart: str) -> None:
    assert corpus.played(chart).misread == ()


HOOKED = {
    'annotations: {helm.sh/hook: "pre-install"}': True,
    "annotations: {argocd.argoproj.io/hook: PreSync}": True,
    "annotations: {helm.sh/hook-weight: '1'}": True,
    "annotations: {presync/phase: PreSync}": True,
    "labels: {presync/copy: 'true'}": True,
    "annotations: {argocd.argoproj.io/sync-wave: '1'}": False,
    "annotations: {helm.sh/chart: app}": False,
}


@pytest.mark.parametrize(("line", "hooked"), HOOKED.items())
def test_an_object_that_may_be_a_hook_is_told(line: str, hooked: bool) -> None:
    assert glance(f"{PLAIN}  {line}\n").hooked is hooked


TEMPLATES = {
    "---\n# Source: app/templates/a.yaml\nkind: x\n": "app/templates/a.yaml",
    "---\r\n# Source: app/templates/a.yaml\r\nkind: x\r\n": "app/templates/a.yaml",
    "# Source: a.yaml": "a.yaml",
    "--- # c\n\n# a comment\n# Source: a b.yaml  \nkind: x\n": "a b.yaml",
    "---\nkind: x\n# Source: late.yaml\n": "",
    "---\nkind: x\ndata: |\n  # Source: text.yaml\n": "",
    "metadata:\n  annotations:\n    postrenderer.helm.sh/postrender-filename: a/b.yaml\n": "a/b.yaml",
    "kind: x\nmetadata: {annotations: {'postrenderer.helm.sh/postrender-filename': 'b.yaml'}}\n": "b.yaml",
    '{"metadata":{"annotations":{"postrenderer.helm.sh/postrender-filename":"b.yaml"}}}': "b.yaml",
    "kind: x\n": "",
}


@pytest.mark.parametrize(("text", "origin"), TEMPLATES.items())
def test_a_document_tells_its_template(text: str, origin: str) -> None:
    assert template(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "a: db-1\n",
        "a: 'db-1'\n",
        'a: "db-1"\n',
        "[db-1]",
        "{a: db-1}",
        '{"a":"db-1"}',
        "- db-1",
        "a: db-1,x",
    ],
)
def test_a_name_is_among_the_tokens_however_it_is_written(text: str) -> None:
    assert "db-1" in tokens(text)


@pytest.mark.parametrize(
    ("text", "hides"),
    [('a: "d\\x62"', True), ('a: "d\\u0062"', True), ('a: "d\\\n  b"', True), ("a: db", False), ('a: "\\n"', False)],
)
def test_a_name_hidden_by_escapes_is_suspected(text: str, hides: bool) -> None:
    assert hides_names(text) is hides

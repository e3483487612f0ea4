"""The pods a workload makes, as its template says: labels, annotations, containers, and who selects them."""

from collections.abc import Iterator

from postrenderer import nodes
from postrenderer.manifest import Manifest
from postrenderer.nodes import Node
from postrenderer.references import CONTAINERS, POD_SPECS

_USUAL = "spec.template.spec"  # where a kind without a row has it, if anywhere


def pod_spec(manifest: Manifest) -> Node | None:
    return nodes.at(manifest.root, *POD_SPECS.get(manifest.identity[:2], _USUAL).split("."))


def pod_labels(manifest: Manifest) -> dict[str, str]:
    return _texts(manifest, "labels")


def pod_annotations(manifest: Manifest) -> dict[str, str]:
    return _texts(manifest, "annotations")


def containers(manifest: Manifest) -> list[Node]:
    """Those that run side by side; init containers end before them."""
    return nodes.items(nodes.lookup(pod_spec(manifest), CONTAINERS[0]))


def words_of(container: Node) -> Iterator[Node]:
    """The scalars of a container's command line."""
    for field in ("command", "args"):
        yield from nodes.items(nodes.lookup(container, field))


def selects(selector: Node | None, labels: dict[str, str]) -> bool:
    """Whether a label selector (apimachinery meta/v1) chooses pods with these labels; an empty one chooses all."""
    wanted = nodes.entries(nodes.lookup(selector, "matchLabels"))
    if any(labels.get(key) != nodes.text(value) for key, (_, value) in wanted.items()):
        return False
    return all(_is_met(each, labels) for each in nodes.items(nodes.lookup(selector, "matchExpressions")))


def _is_met(expression: Node, labels: dict[str, str]) -> bool:
    key = nodes.text(nodes.lookup(expression, "key")) or ""
    listed = [nodes.text(value) for value in nodes.items(nodes.lookup(expression, "values"))]
    return {
        "In": labels.get(key) in listed,
        "NotIn": labels.get(key) not in listed,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }.get(nodes.text(nodes.lookup(expression, "operator")) or "", False)


def _texts(manifest: Manifest, field: str) -> dict[str, str]:
    steps = POD_SPECS.get(manifest.identity[:2], _USUAL).split(".")[:-1]
    mapping = nodes.at(manifest.root, *steps, "metadata", field)
    return {key: nodes.text(value) or "" for key, (_, value) in nodes.entries(mapping).items()}

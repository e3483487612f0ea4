"""A PreSync migration cannot speak to a database that comes with Sync.

Why: on the first install the Service it names does not exist yet, nor the pods behind it. The migration fails or waits,
and the database that would end that comes only after it. What is no database or broker by its port is a note: the
address of another service may stand in a configuration that the migration only shares.

Finds: |
  apiVersion: v1
  kind: Service
  metadata: {name: app-postgresql}
  spec: {selector: {app: postgresql}, ports: [{port: 5432}]}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {containers: [{name: m, env: [{name: DB_HOST, value: app-postgresql}]}]}}}
Accepts: |
  apiVersion: v1
  kind: Service
  metadata: {name: app-postgresql}
  spec: {selector: {app: postgresql}, ports: [{port: 5432}]}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations: {argocd.argoproj.io/hook: Sync, argocd.argoproj.io/sync-wave: "-1"}
  spec: {template: {spec: {containers: [{name: m, env: [{name: DB_HOST, value: app-postgresql}]}]}}}
Source: argo-cd issue 9891; Kong/charts pulls 763 and 851; tried on Argo CD 3.6.1
"""

import base64
import re
from collections.abc import Iterable, Iterator

from postrenderer import nodes
from postrenderer.closure import needs
from postrenderer.findings import Finding, Related, Severity
from postrenderer.manifest import Manifest, Place
from postrenderer.pods import containers, pod_labels, pod_spec, words_of
from postrenderer.references import CONFIG_MAP, CONTAINERS, POD_SPECS, SECRET
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "in-chart-database"
SEVERITY = Severity.WARNING
SERVICE = ("", "Service")
HINTS = {
    "argocd": (
        'Run the migration in Sync: `argocd.argoproj.io/hook: Sync` and `argocd.argoproj.io/sync-wave: "-1"` on it, '
        '`argocd.argoproj.io/sync-wave: "-2"` on the database and on all that both read, wave 0 for the application; '
        "or bring the database with a release of its own."
    ),
    "helm": "Bring the database with a release of its own, or migrate in post-install and pre-upgrade.",
}
# Default ports: PostgreSQL and its poolers, MySQL, SQL Server, Oracle, CockroachDB; MongoDB, Redis, memcached,
# Cassandra, ClickHouse, Elasticsearch, Neo4j, etcd, ZooKeeper; Kafka, RabbitMQ, NATS.
SQL_PORTS = ("5432", "5433", "6432", "3306", "33060", "1433", "1521", "26257")
OTHER_PORTS = ("27017", "6379", "26379", "11211", "9042", "8123", "9000", "9200", "7687", "2379", "2181")
BROKER_PORTS = ("9092", "9093", "5672", "5671", "4222")
PORTS = frozenset((*SQL_PORTS, *OTHER_PORTS, *BROKER_PORTS))
HOST_KEY = r"(?i)host|server|addr|ur[il]|endpoint|dsn|service|broker|nodes?\b|connection"
MADE_FOR = r"--host=[^,]*,"  # the names that a certificate is made for
BEFORE = r"""(?i)(?://|@|-\d+\.|\s-h\s*|--?host[= ]|(?:host|server|addr|address|endpoint|url)["']?\s*[:=]\s*["']?)\Z"""
BEHIND = r"(?:\.[a-z0-9-]+)*(?:[: ]\d{2,5}\b|\.svc\b)"


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    early = [hook for hook in release.workloads if _runs_on_first_install(release, hook)]
    listed = [m for m in release.manifests if m.identity[:2] == SERVICE and release.is_ordinary(m)] if early else []
    services = {service.identity.name: service for service in listed}
    for hook in early if services else ():
        named: dict[str, Place] = {}
        for place, key, text in _texts(release, hook):
            named.update({name: place for name in _hosts(key, text, services) if name not in named})
        stores = [name for name in named if _is_store(services[name])]
        if wanted := stores or [name for name in named if not _is_own(release, services[name], hook)]:
            found = _finding(release, hook, [services[name] for name in wanted], named[wanted[0]])
            yield found if stores else found._replace(severity=Severity.NOTE)


def _runs_on_first_install(release: Release, hook: Manifest) -> bool:
    return release.is_pre_sync(hook) and (release.target == "argocd" or "pre-install" in release.meaning(hook).words)


def _finding(release: Release, hook: Manifest, services: list[Manifest], place: Place) -> Finding:
    more = f" and {len(services) - 1} more of this release" if len(services) > 1 else ", which is of this release"
    message = f"{hook} is told to reach {services[0]}{more}, not there when it first runs"
    there = tuple(Related(f"{service} stands here", service.place()) for service in services)
    return Finding(ID, SEVERITY, hook, message, HINTS[release.target], "is named here", place, there)


def _texts(release: Release, hook: Manifest) -> Iterator[tuple[Place, str, str]]:
    """Place, key and text of what its containers are told: command lines, variables, files."""
    for container in (c for listed in CONTAINERS for c in nodes.items(nodes.lookup(pod_spec(hook), listed))):
        for word in words_of(container):
            said = nodes.text(word) or ""
            if not re.match(MADE_FOR, said):
                yield hook.place(word), "", said
        for variable in nodes.items(nodes.lookup(container, "env")):
            key, value = (nodes.lookup(variable, field) for field in ("name", "value"))
            if value is not None:
                yield hook.place(value), nodes.text(key) or "", nodes.text(value) or ""
    for target in dict.fromkeys(need.target for need in needs(release, hook)):
        if target.identity[:2] in (CONFIG_MAP, SECRET):
            yield from _content(target)


def _content(holder: Manifest) -> Iterator[tuple[Place, str, str]]:
    for field in ("data", "stringData"):
        encoded = field == "data" and holder.identity[:2] == SECRET
        for key, (node, value) in nodes.entries(nodes.lookup(holder.root, field)).items():
            text = nodes.text(value) or ""
            yield holder.place(node), key, _decoded(text) if encoded else text


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text).decode()
    except ValueError:  # neither base64 nor UTF-8
        return ""


def _hosts(key: str, text: str, names: Iterable[str]) -> Iterator[str]:
    """Names that stand where a host stands: in an address, or alone under a key that says so."""
    for name in names:
        for found in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) if name in text else ():
            alone = re.fullmatch(rf"{re.escape(name)}(?:\.[a-z0-9-]+)*", text.strip()) and re.search(HOST_KEY, key)
            before = text[max(0, found.start() - 40) : found.start()]
            if alone or re.search(BEFORE, before) or re.match(BEHIND, text[found.end() : found.end() + 80]):
                yield name
                break


def _is_store(service: Manifest) -> bool:
    listed = nodes.items(nodes.at(service.root, "spec", "ports"))
    return any(nodes.text(nodes.lookup(port, key)) in PORTS for port in listed for key in ("port", "targetPort"))


def _is_own(release: Release, service: Manifest, hook: Manifest) -> bool:
    """Whether the pods behind it are those of the application itself, by the hook's own image: its address is in many
    configurations that a migration reads too."""
    images = {nodes.text(nodes.lookup(container, "image")) or "" for container in containers(hook)} - {""}
    wanted = {key: nodes.text(v) for key, (_, v) in nodes.entries(nodes.at(service.root, "spec", "selector")).items()}
    for pod in release.manifests if wanted else ():
        if pod.identity[:2] in POD_SPECS and pod is not hook and any(image in pod.document.text for image in images):
            own = {nodes.text(nodes.lookup(container, "image")) for container in containers(pod)}
            if release.is_ordinary(pod) and own & images and wanted.items() <= pod_labels(pod).items():
                return True
    return False

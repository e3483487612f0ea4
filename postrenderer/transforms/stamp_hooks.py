"""An ordinary ConfigMap carries the digest of the PreSync workloads, so that changing them alone starts a sync."""

from collections.abc import Iterator

from postrenderer.edits import AddManifest, Edit, RemoveManifest
from postrenderer.findings import Finding
from postrenderer.release import Release
from postrenderer.rules import unstamped_hooks
from postrenderer.settings import Settings
from postrenderer.stamps import stamp_text, stamped_workloads, stamps

SETTLES = (unstamped_hooks,)


def settle(finding: Finding, release: Release, settings: Settings) -> Iterator[Edit]:
    for old in stamps(release):
        yield RemoveManifest(old)
    yield AddManifest(finding.manifest, stamp_text(stamped_workloads(release), finding.manifest.document.newline))

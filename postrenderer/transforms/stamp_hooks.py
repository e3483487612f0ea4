"""An ordinary ConfigMap carries the digest of the PreSync workloads, so that changing them alone starts a sync."""

from collections.abc import Iterator

from postrenderer.edits import AddManifest, Edit, RemoveManifest
from postrenderer.findings import Finding
from postrenderer.release import Release
from postrenderer.rules import unstamped_hooks
from postrenderer.scissors import is_open_ended
from postrenderer.settings import Settings
from postrenderer.stamps import stamp_text, stamped_workloads, stamps

SETTLES = (unstamped_hooks,)


def settle(finding: Finding, release: Release, settings: Settings) -> Iterator[Edit]:
    for old in stamps(release):
        yield RemoveManifest(old)
    place = next((m for m in (finding.manifest, *release.manifests) if not is_open_ended(m)), None)
    if place is not None:
        yield AddManifest(place, stamp_text(stamped_workloads(release), place.document.newline))

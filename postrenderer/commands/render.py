"""`presync render`, and `presync` in a pipe."""

from postrenderer import channels, pipeline
from postrenderer.in_force import settings_in_force
from postrenderer.inputs import release_of_stream
from postrenderer.options import Options, completed
from postrenderer.report import text

REFUSED = 1


def run(options: Options) -> int:
    """Write the release to stdout as it is safe to apply, or refuse and write nothing."""
    options = completed(options)
    settings = settings_in_force(options.settings)
    release = release_of_stream(options, settings)
    rendered = pipeline.render(release, settings)
    said = text.rendered(rendered)
    channels.tell(said, options.log_file)
    if rendered.is_refused:
        if options.refuse_in_stream and release.is_helm_4:
            channels.write(text.as_scalar(said))
            return 0
        return REFUSED
    if options.diff:
        from postrenderer.report.difference import difference

        channels.write(difference(release.documents, rendered.documents))
    else:
        channels.write(rendered.text)
    return 0

"""What each command does with its options; the exit status comes back."""

from postrenderer import channels, pipeline
from postrenderer.errors import SettingsError
from postrenderer.findings import Severity
from postrenderer.options import Options, settings_of, target_of
from postrenderer.release import Release
from postrenderer.report import text
from postrenderer.rules import RULES
from postrenderer.settings import Settings

REFUSED = 1


def render(options: Options) -> int:
    """Renders files or stdin to stdout."""
    options = options.completed()
    settings = _settings(options)
    release = _read(options, settings)
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


def lint(options: Options) -> int:
    """Prints what a render would find, and what it would settle."""
    options = options.completed()
    settings = _settings(options)
    judged = pipeline.render(_read(options, settings), settings).judged
    said = text.linted(judged)
    channels.write(said)
    channels.log(said, options.log_file)
    errors = any(each.finding.severity is Severity.ERROR and not each.allowed for each in judged)
    return REFUSED if errors else 0


def _settings(options: Options) -> Settings:
    """Settings whose rules exist: a mistyped `lock` would lock nothing."""
    settings = settings_of(options)
    known = {rule.ID for rule in RULES}
    for key, named in (("allow", settings.allow), ("lock", settings.lock)):
        for unknown in (word for word in named if word not in known):
            from difflib import get_close_matches

            near = get_close_matches(unknown, known, 1)
            hint = f"Did you mean {near[0]}?" if near else "The README lists the rules."
            raise SettingsError(f"{key}: {unknown} is no rule", hint)
    return settings


def _read(options: Options, settings: Settings) -> Release:
    documents = channels.read(options.files, settings.limits)
    again = channels.read((options.again,), settings.limits) if options.again else None
    return pipeline.read(documents, target_of(options.target, documents), options.namespace, again)

"""A plan as one page of HTML."""

from postrenderer.report.plan.sheet import Sheet


def shown(sheets: list[Sheet]) -> str:
    return str(len(sheets))


def beside(pairs: list[tuple[Sheet, Sheet]]) -> str:
    return str(len(pairs))

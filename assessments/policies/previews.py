"""When the preview of an edition may begin, and when the edition may be published."""

from __future__ import annotations

import datetime as dt

from assessments.models import Edition
from assessments.policies import check_officer
from assessments.selectors.previews import Publication, moment_text
from pingan.models import User
from pingan.refusals import Refused


def check_open_preview(*, edition: Edition, facts: Publication, by: User | None) -> None:
    """The current edition of a closed month, before it is published for the first time."""
    check_officer(county=edition.county, by=by)
    _check_current(edition)
    if edition.published_at is not None:
        raise Refused(f"{_name(edition)}已经公布，不用再预览。")
    if facts.is_correction:
        raise Refused(f"{_name(edition)}是更正版，不用预览，请直接公布并签发更正通报。")
    if not facts.hours:
        raise Refused("县级设置里预览小时数是0，可以直接公布。")
    if facts.is_reopened:
        raise Refused(f"{edition.month.label}已重开更正，请先结账，再发起公示预览。")


def check_publish(
    *, edition: Edition, facts: Publication, now: dt.datetime, by: User | None
) -> None:
    """The current edition, previewed to its end, with every appeal decided and applied."""
    check_officer(county=edition.county, by=by)
    if sentence := obstacle(edition=edition, facts=facts, now=now):
        raise Refused(sentence)


def obstacle(*, edition: Edition, facts: Publication, now: dt.datetime) -> str:
    """Why the edition cannot be published now; empty where it can. One already out stays out."""
    if not edition.is_current:
        return f"{_name(edition)}已被新的版次取代，请公布现行的版次。"
    if edition.published_at is not None:
        return ""
    if facts.needs_preview and edition.preview_opened_at is None:
        return (
            f"请先发起公示预览，让各单位核对自己的计分卡、提出申诉；"
            f"{facts.hours}小时之后没有待决定的申诉，就可以公布。"
        )
    if not facts.is_correction and edition.preview_until and now < edition.preview_until:
        return f"公示预览到{moment_text(edition.preview_until)}结束，结束之后再公布。"
    return _undecided(facts)


def _undecided(facts: Publication) -> str:
    if facts.pending:
        return f"还有{facts.pending}件申诉没有决定，请先逐件决定。"
    if facts.unapplied:
        return (
            f"有{facts.unapplied}件申诉成立的决定还没有计入现行版次，请先按决定重新结账，再公布。"
        )
    return ""


def _check_current(edition: Edition) -> None:
    if not edition.is_current:
        raise Refused(f"{_name(edition)}已被新的版次取代，请办理现行的版次。")


def _name(edition: Edition) -> str:
    return f"{edition.month.label}第{edition.number}版"

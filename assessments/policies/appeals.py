"""Who may appeal against points lost, take an appeal back, and decide on it; and when."""

from __future__ import annotations

import datetime as dt

from assessments.enums import AppealState
from assessments.models import Appeal, Edition, Scorecard
from assessments.policies import check_officer
from assessments.selectors.previews import moment_text
from pingan.enums import Role
from pingan.models import User
from pingan.refusals import Forbidden, Refused

FILERS = frozenset({Role.VILLAGE_CLERK, Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER})


def check_file(*, card: Scorecard, lost: int, now: dt.datetime, by: User) -> None:
    """The unit's own people, or its township's, against points lost, while the preview runs."""
    is_own = card.unit.path.startswith(by.unit.path)
    if not by.is_active or by.role not in FILERS or not is_own:
        raise Forbidden(f"{card.unit_name}的申诉由本单位或所在乡镇的信息员、综治员、审核员提出。")
    _check_preview(card.edition, now)
    if lost <= 0:
        raise Refused("这一项没有失分，不用申诉。")


def _check_preview(edition: Edition, now: dt.datetime) -> None:
    if edition.published_at is not None:
        raise Refused("考评结果已经公布，不再受理申诉；发现记录有错的，请申请重开更正。")
    if not edition.is_current:
        raise Refused("这张计分卡已被新的版次取代，请在现行版次的计分卡上申诉。")
    if edition.preview_until is None:
        raise Refused("公示预览还没有开始，开始之后才受理申诉。")
    if now >= edition.preview_until:
        raise Refused(f"公示预览已于{moment_text(edition.preview_until)}结束，不再受理申诉。")


def check_withdraw(*, appeal: Appeal, by: User) -> None:
    """Whoever's office filed it, as long as nobody has decided."""
    filer = appeal.filed_by
    is_own = filer is not None and filer.unit_id == by.unit_id
    if not by.is_active or by.role not in FILERS or not is_own:
        raise Forbidden("申诉只能由提出申诉的单位撤回。")
    _check_pending(appeal)


def check_decide(*, appeal: Appeal, by: User) -> None:
    """The county's officer, once."""
    check_officer(county=appeal.scorecard.edition.county, by=by)
    _check_pending(appeal)


def _check_pending(appeal: Appeal) -> None:
    if appeal.state != AppealState.PENDING:
        raise Refused(f"这件申诉{AppealState(appeal.state).label}，不能再办理。")

"""Who may draft, sign, answer, recheck and withdraw a rectification notice, and when."""

from __future__ import annotations

import datetime as dt

from assessments.enums import NoticeState
from assessments.models import RectificationNotice
from assessments.policies.problems import stands_above
from campaigns.policies import enters_for
from pingan import scopes
from pingan.enums import Role
from pingan.models import Unit, User
from pingan.refusals import Forbidden, Refused

_RUNNING = (NoticeState.SIGNED, NoticeState.REPLIED)


def check_draft_notices(*, county: Unit, by: User | None) -> None:
    """The county's officers draft; `by` None is the close."""
    if by is None:
        return
    if not by.is_active or by.role != Role.COUNTY_OFFICER or by.unit_id != county.pk:
        raise Forbidden("只有县级经办员可以拟整改通知书。")


def check_edit_notice(*, notice: RectificationNotice, signer: Role, by: User) -> None:
    """A draft is worded by the county's officers and by who signs it."""
    own = by.is_active and by.unit_id == notice.county_id
    if not own or by.role not in (Role.COUNTY_OFFICER, signer):
        raise Forbidden("只有县级经办员和签发人可以修改草稿。")
    if notice.state != NoticeState.DRAFT:
        raise Refused(f"{notice}已经签发，不能再改；写错的请撤销，由下次结账重新拟稿。")


def check_sign_notice(*, notice: RectificationNotice, signer: Role, by: User) -> None:
    """Signed once, by the duty that the ladder names for this step."""
    if not by.is_active or by.unit_id != notice.county_id or by.role != signer:
        raise Forbidden(f"{notice.get_kind_display()}由{signer.label}签发，不由您签发。")
    if notice.state != NoticeState.DRAFT:
        raise Refused(f"{notice}不是草稿，不能再签发。")


def check_terms(*, due_on: dt.date, recheck_on: dt.date, today: dt.date) -> None:
    """A deadline that can be kept, and a recheck after it."""
    if due_on <= today:
        raise Refused(f"整改期限{due_on:%Y-%m-%d}已经到了，请先改到今天以后。")
    if recheck_on < due_on:
        raise Refused("复查日期不能早于整改期限。")


def check_withdraw_notice(*, notice: RectificationNotice, signer: Role, by: User) -> None:
    """A draft by who words it, a signed one by who signs."""
    if notice.state == NoticeState.DRAFT:
        check_edit_notice(notice=notice, signer=signer, by=by)
        return
    if not by.is_active or by.unit_id != notice.county_id or by.role != signer:
        raise Forbidden(f"已签发的{notice.get_kind_display()}由{signer.label}撤销。")
    if notice.state not in _RUNNING:
        raise Refused(f"{notice}{notice.get_state_display()}，不能撤销。")


def check_reply_notice(*, notice: RectificationNotice, by: User) -> None:
    """The unit answers, while the notice runs and no further step has been signed."""
    if not enters_for(by, notice.unit):
        raise Forbidden(f"{notice}由{notice.unit.name}报告整改情况。")
    if notice.state == NoticeState.REPLIED:
        raise Refused("整改情况已经报告，正在等待复查。")
    if notice.state != NoticeState.SIGNED:
        raise Refused(f"{notice}{notice.get_state_display()}，不用再报告。")
    following = notice.followed_by.exclude(number=None).order_by("-pk").first()
    if following is not None:
        raise Refused(f"已经进入下一步，请在{following}里报告整改情况。")


def check_recheck_notice(*, notice: RectificationNotice, by: User) -> None:
    """Somebody else than who signed and who replied: inspectors, the county, the township."""
    inspects = by.is_active and by.role == Role.INSPECTOR and scopes.may_see(by, notice.unit.path)
    reviews = by.role in (Role.COUNTY_OFFICER, Role.TOWNSHIP_REVIEWER)
    if not inspects and not (reviews and stands_above(by, notice.unit)):
        raise Forbidden(f"{notice}不由您复查。")
    if notice.state != NoticeState.REPLIED:
        raise Refused(f"{notice}{notice.get_state_display()}，现在不用复查。")
    if by.pk == notice.signed_by_id:
        raise Forbidden(f"{notice}是您签发的，请由另一位人员复查。")
    if notice.replies.filter(replied_by=by).exists():
        raise Forbidden("整改情况是您报告的，请由另一位人员复查。")

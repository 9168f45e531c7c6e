"""Reminders: written once for each person and reason, mailed once where mail is set up."""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from campaigns.models import Notice
from campaigns.selectors.duties import ClerkBook, Duty, duties
from campaigns.services.indicator_reports import ensure_every_report_open
from pingan import calendars

logger = logging.getLogger(__name__)

EARLY_DAYS = 3
LAST_DAYS = 1
LOOK_BACK_DAYS = 7  # what was due before is in the inbox, and was told then
MAIL_DAYS = 3  # a reminder that could not be mailed for so long is no news any more
TEXT_LENGTH = 200


def remind() -> tuple[int, int]:
    """Write what is new today and mail it; how many of each. A second run changes nothing."""
    return write_notices(), send_mails()


def write_notices() -> int:
    """A reminder for every clerk of what is due soon, overdue, or was sent back."""
    ensure_every_report_open()
    today = timezone.localdate()
    first = today - dt.timedelta(days=LOOK_BACK_DAYS)
    found = list(duties(first, today + dt.timedelta(days=EARLY_DAYS)))
    clerks = ClerkBook([duty.unit for duty in found])
    made = [
        Notice(user=user, key=key, text=text[:TEXT_LENGTH])
        for duty in found
        for key, text in _reasons(duty, today, first)
        for user in clerks.of(duty.unit)
    ]
    known = set(
        Notice.objects.filter(key__in={notice.key for notice in made}).values_list("user", "key")
    )
    new = [notice for notice in made if (notice.user_id, notice.key) not in known]
    Notice.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _reasons(duty: Duty, today: dt.date, first: dt.date) -> list[tuple[str, str]]:
    """Key and text of what is to be said of this duty today."""
    name = f"{duty.unit.name}{duty.what}"
    found = []
    if duty.is_returned and duty.returned_at and timezone.localdate(duty.returned_at) >= first:
        marked = f"（标出{duty.remarks}处）" if duty.remarks else ""
        found.append(
            (
                f"{duty.key}:returned:{duty.returned_at:%Y%m%d%H%M%S}",
                f"{name}被退回{marked}：{duty.reason}",
            )
        )
    left = (duty.due_on - today).days
    day = calendars.describe(duty.due_on)
    if left < -LOOK_BACK_DAYS or left > EARLY_DAYS:
        return found
    if left < 0:
        found.append(
            (f"{duty.key}:overdue:{duty.due_on}", f"{name}已逾期，{day}截止，请尽快上报。")
        )
    elif left <= LAST_DAYS:
        when = "明天" if left else "今天"
        found.append((f"{duty.key}:last:{duty.due_on}", f"{name}{when}截止：{day}。"))
    else:
        found.append((f"{duty.key}:early:{duty.due_on}", f"{name}还有{left}天，{day}截止。"))
    return found


def send_mails() -> int:
    """One mail a person with what was not mailed yet; nothing where mail is not set up."""
    if not settings.EMAIL_HOST:
        return 0
    since = timezone.now() - dt.timedelta(days=MAIL_DAYS)
    waiting = Notice.objects.filter(
        mailed_at=None, at__gte=since, user__is_active=True, user__wants_mail=True
    ).exclude(user__email="")
    return sum(_send(user) for user in sorted(set(waiting.values_list("user", flat=True))))


def _send(user_id: int) -> bool:
    """Claim, then send: two processes never mail the same; what fails is tried again later."""
    now = timezone.now()
    unmailed = Notice.objects.filter(
        user=user_id, mailed_at=None, at__gte=now - dt.timedelta(days=MAIL_DAYS)
    )
    if not unmailed.update(mailed_at=now):
        return False
    claimed = list(
        Notice.objects.filter(user=user_id, mailed_at=now).select_related("user").order_by("pk")
    )
    try:
        _mail(claimed).send()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("reminders of user %s were not mailed: %s", user_id, error)
        Notice.objects.filter(pk__in=[notice.pk for notice in claimed]).update(mailed_at=None)
        return False
    return True


def _mail(notices: Sequence[Notice]) -> EmailMessage:
    user = notices[0].user
    lines = "\n".join(f"{number}. {notice.text}" for number, notice in enumerate(notices, start=1))
    where = (
        f"登录后在首页办理：{settings.SITE_URL}\n" if settings.SITE_URL else "登录后在首页办理。\n"
    )
    body = (
        f"{user.display_name}：\n\n您有{len(notices)}项提醒：\n\n{lines}\n\n{where}"
        "不想再收邮件，可在首页“提醒”里关闭；站内提醒不受影响。\n"
    )
    return EmailMessage(f"平安创建提醒：{len(notices)}项", body, to=[user.email])

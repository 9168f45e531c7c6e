"""Reminders: who gets which, once; mail where it is set up and wanted."""

import datetime as dt
import smtplib
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from campaigns.enums import Activity, ReturnState
from campaigns.models import Extension, FieldRemark, MonthlyReturn, Notice
from campaigns.services.notices import remind, send_mails, write_notices
from campaigns.tasks import send_reminders
from pingan import jobs
from pingan.enums import Role
from pingan.models import AuditEvent, User
from tests.campaigns.makers import AUGUST, SEPTEMBER, make_return
from tests.factories import County, make_user

ClientOf = Callable[[User], Client]
MAIL = {"EMAIL_HOST": "mail.example", "DEFAULT_FROM_EMAIL": "pingan@example.cn", "SITE_URL": ""}


def on(day: int, month: int = 9) -> time_machine.travel:
    moment = dt.datetime(2026, month, day, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    return time_machine.travel(moment, tick=False)


def told(user: User) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


@pytest.fixture
def due(tree: County) -> MonthlyReturn:
    """September of the first village, due on Friday the 25th."""
    return make_return(tree.villages[0], SEPTEMBER, due_on=dt.date(2026, 9, 25))


def test_each_step_is_told_once(due: MonthlyReturn, village_clerk: User):
    for day in (21, 22, 23, 24, 25, 26, 27):
        with on(day):
            write_notices()
            write_notices()

    assert told(village_clerk) == [
        "甲1村2026年9月月报还有3天，9月25日（周五，中秋节）截止。",
        "甲1村2026年9月月报明天截止：9月25日（周五，中秋节）。",
        "甲1村2026年9月月报已逾期，9月25日（周五，中秋节）截止，请尽快上报。",
    ]


@pytest.mark.parametrize("state", [ReturnState.SUBMITTED, ReturnState.ACCEPTED])
def test_what_is_handed_in_is_not_reminded(tree: County, village_clerk: User, state: ReturnState):
    make_return(tree.villages[0], state=state, due_on=dt.date(2026, 9, 21))

    assert write_notices() == 0


def test_extension_moves_the_reminder(due: MonthlyReturn, tree: County, village_clerk: User):
    Extension.objects.create(
        unit=tree.villages[0], month=SEPTEMBER, until=dt.date(2026, 9, 30), reason="停电"
    )

    with on(24):
        assert write_notices() == 0
    with on(28):
        write_notices()

    assert told(village_clerk) == ["甲1村2026年9月月报还有2天，9月30日（周三）截止。"]


def test_what_was_sent_back_is_told_with_its_reason(tree: County, village_clerk: User):
    returned = make_return(
        tree.villages[0],
        AUGUST,
        state=ReturnState.RETURNED,
        return_reason="巡逻人数不对",
        reviewed_at=dt.datetime(2026, 9, 19, 1, 0, tzinfo=dt.UTC),
    )
    what = {"monthly_return": returned, "activity": Activity.PATROL, "text": "核对"}
    FieldRemark.objects.create(**what)
    FieldRemark.objects.create(**what, resolved_at=dt.datetime(2026, 9, 19, 2, 0, tzinfo=dt.UTC))

    remind()
    MonthlyReturn.objects.filter(pk=returned.pk).update(version=2)
    remind()

    assert told(village_clerk) == ["甲1村2026年8月月报被退回（标出1处）：巡逻人数不对"]


def test_sent_back_again_is_told_again(tree: County, village_clerk: User):
    returned = make_return(
        tree.villages[0],
        state=ReturnState.RETURNED,
        return_reason="一",
        reviewed_at=dt.datetime(2026, 9, 18, 1, 0, tzinfo=dt.UTC),
    )
    remind()
    returned.return_reason = "二"
    returned.reviewed_at = dt.datetime(2026, 9, 19, 1, 0, tzinfo=dt.UTC)
    returned.save()

    remind()

    assert [text[-1] for text in told(village_clerk)] == ["一", "二"]


def test_old_debts_are_left_to_the_inbox(tree: County, village_clerk: User):
    make_return(tree.villages[0], AUGUST, due_on=dt.date(2026, 8, 25))

    assert write_notices() == 0


def test_township_is_told_for_a_village_nobody_signs_in_for(
    due: MonthlyReturn, township_clerk: User, other_clerk: User, reviewer: User
):
    with on(24):
        write_notices()

    assert len(told(township_clerk)) == 1
    assert told(other_clerk) == told(reviewer) == []


def test_stopped_account_is_told_nothing(due: MonthlyReturn, village_clerk: User):
    User.objects.filter(pk=village_clerk.pk).update(is_active=False)

    with on(24):
        assert write_notices() == 0


def test_reminders_take_the_same_queries_for_one_unit_and_four(
    tree: County, django_assert_num_queries
):
    for count, unit in enumerate(tree.villages, start=1):
        make_user(Role.VILLAGE_CLERK, unit)
        make_return(unit, due_on=dt.date(2026, 9, 21))
        if count in (1, 4):
            with django_assert_num_queries(6):
                write_notices()

    assert Notice.objects.count() == 4


def with_mail(user: User, **fields: object) -> None:
    User.objects.filter(pk=user.pk).update(email="clerk@example.cn", **fields)


def test_nothing_is_mailed_where_mail_is_not_set_up(due: MonthlyReturn, village_clerk: User):
    with_mail(village_clerk)

    with on(24):
        assert remind() == (1, 0)

    assert mail.outbox == []
    assert Notice.objects.get().mailed_at is None


def test_one_mail_holds_everything_and_goes_once(
    due: MonthlyReturn, tree: County, village_clerk: User, settings
):
    for name, value in {**MAIL, "SITE_URL": "https://pingan.example.cn/"}.items():
        setattr(settings, name, value)
    with_mail(village_clerk)
    make_return(tree.villages[0], AUGUST, due_on=dt.date(2026, 9, 20))

    with on(24):
        assert remind() == (2, 1)
        assert remind() == (0, 0)

    [sent] = mail.outbox
    assert (sent.to, sent.from_email) == (["clerk@example.cn"], "pingan@example.cn")
    assert sent.subject == "平安创建提醒：2项"
    assert "甲1村2026年9月月报明天截止" in sent.body
    assert "甲1村2026年8月月报已逾期" in sent.body
    assert "https://pingan.example.cn/" in sent.body
    assert not Notice.objects.filter(mailed_at=None).exists()


@pytest.mark.parametrize(
    "fields", [{"wants_mail": False}, {"email": ""}], ids=["opted out", "no address"]
)
def test_who_wants_no_mail_gets_none(
    due: MonthlyReturn, village_clerk: User, settings, fields: dict[str, object]
):
    for name, value in MAIL.items():
        setattr(settings, name, value)
    with_mail(village_clerk)
    User.objects.filter(pk=village_clerk.pk).update(**fields)

    with on(24):
        assert remind() == (1, 0)

    assert mail.outbox == []


class BrokenBackend(EmailBackend):
    """A mail host that hangs up."""

    def send_messages(self, messages: object) -> int:
        raise smtplib.SMTPServerDisconnected("gone")


def test_failed_mail_goes_at_the_next_run(due: MonthlyReturn, village_clerk: User, settings):
    for name, value in MAIL.items():
        setattr(settings, name, value)
    with_mail(village_clerk)
    working = settings.EMAIL_BACKEND

    with on(24):
        settings.EMAIL_BACKEND = f"{__name__}.BrokenBackend"
        failed = remind()
        settings.EMAIL_BACKEND = working
        sent = send_mails()

    assert (failed, sent, len(mail.outbox)) == ((1, 0), 1, 1)


def test_news_too_old_are_not_mailed(due: MonthlyReturn, village_clerk: User, settings):
    with_mail(village_clerk)
    with on(22):
        write_notices()
    for name, value in MAIL.items():
        setattr(settings, name, value)

    with on(26):
        assert send_mails() == 0


def test_task_reminds(due: MonthlyReturn, village_clerk: User):
    with on(24):
        send_reminders()
        send_reminders()

    assert len(told(village_clerk)) == 1


def test_web_process_keeps_the_timetable_without_redis(
    due: MonthlyReturn, village_clerk: User, settings
):
    timetable = jobs.Timetable()

    with on(24):
        settings.REDIS_URL = "redis://localhost"
        with_redis = timetable.run_due()
        settings.REDIS_URL = ""
        first, second = timetable.run_due(), timetable.run_due()

    assert (with_redis, second) == ([], [])
    assert set(first) == set(settings.CELERY_BEAT_SCHEDULE) - {"sweep-jobs"}
    assert len(told(village_clerk)) == 1


def test_badge_counts_until_the_inbox_was_seen(
    due: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    with on(24):
        write_notices()
        before = client_of(village_clerk).get("/ledgers/patrol/").content.decode()
        User.objects.filter(pk=village_clerk.pk).update(inbox_seen_at=dt.datetime.now(dt.UTC))
        after = client_of(village_clerk).get("/ledgers/patrol/").content.decode()

    assert "1条新提醒" in before
    assert "条新提醒" not in after


def test_mail_is_chosen_on_the_page_of_reminders(
    due: MonthlyReturn, village_clerk: User, other_clerk: User, client_of: ClientOf
):
    with on(24):
        write_notices()
        client = client_of(village_clerk)
        page = client.get("/reminders/").content.decode()
        client.post("/reminders/", {"wants_mail": "0"})
        others = client_of(other_clerk).get("/reminders/").content.decode()

    village_clerk.refresh_from_db()
    assert "明天截止" in page
    assert "明天截止" not in others
    assert village_clerk.wants_mail is False
    assert [event.action for event in AuditEvent.objects.all()] == ["邮件提醒"]

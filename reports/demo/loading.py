"""Loads the demonstration: a county, twelve months of records, closed, published and issued."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils import timezone

from assessments.enums import VisitKind
from assessments.models import Edition, InspectionGroup
from assessments.selectors.sheets import sheet_lines
from assessments.services.closing import close_month
from campaigns.models import MonthlyReturn, SweepCategory
from campaigns.services.months import open_month
from pingan import audit
from pingan.enums import REPORTING_LEVELS, Level, Role
from pingan.models import CountySettings, Guidance, Period, Unit, User
from pingan.months import Month
from reports.demo.accounts import create_accounts, create_inspectors
from reports.demo.appeals import close_day, pass_preview
from reports.demo.cases import load_cases
from reports.demo.disputes import load_disputes
from reports.demo.followups import follow_ups_of
from reports.demo.honours import load_honours
from reports.demo.indicators import load_indicators
from reports.demo.records import Batch, fill_return, settle_state, survey_and_inspect
from reports.demo.rectification import load_notices, load_places, load_problems
from reports.demo.registers import create_registers
from reports.demo.rewards import load_rewards
from reports.demo.schemes import load_schemes
from reports.demo.visits import load_coming, load_visits
from reports.models import Bulletin
from reports.services import issue_bulletin

Say = Callable[[str], None]

GROUP_NUMBERS = "一二三四五六七八九"


def is_loaded(county: Unit) -> bool:
    return MonthlyReturn.objects.filter(unit__county=county).exists()


def load_records(county: Unit, months: int, say: Say) -> None:
    """Accounts, groups and `months` closed months up to last month, then the present one."""
    today = timezone.localdate()
    last = Month.of(today).previous
    first = last.shift(1 - months)
    prepare(county)
    with transaction.atomic():
        # Before the closes: the county's own scheme is scored on indicators too.
        load_indicators(county, first.first_day, *_people(county))
        load_schemes(county, first.shift(months // 2), _officer(county))
        load_honours(county, first.first_day, _officer(county), _people(county)[0])
    for month in first.until(last):
        with transaction.atomic():
            fill_month(county, month)
            load_visits(county, month, _officer(county))
            load_problems(county, month, _officer(county))
        [edition] = close_month(counties=[county], month=month, by=_officer(county))
        _date_close(edition, min(close_day(month), today))
        edition = pass_preview(edition, _officer(county), has_upheld=month.next == last)
        issue_day = _issue_day(month, today)
        bulletin = issue_bulletin(edition=edition, by=_officer(county), issued_on=issue_day)
        _date_issue(bulletin)
        load_cases(county, month, _officer(county))
        with transaction.atomic():
            load_notices(county, month, close_day(month), is_last=month == last)
        say(f"{month.label}：{edition.unit_count} 个单位已结账并通报")
    with transaction.atomic():
        fill_month(county, Month.of(today))
        load_coming(county, Month.of(today), _officer(county))
        load_places(county, today)
        load_rewards(county)
        load_disputes(county, first.first_day, *_people(county), _officer(county))
    say(f"{Month.of(today).label}：填报中")


def prepare(county: Unit) -> None:
    """Settings, accounts and inspection groups of the demonstration."""
    with transaction.atomic():
        CountySettings.objects.update_or_create(
            county=county, defaults={"is_demo": True, "document_prefix": f"{county.name[0]}创安办"}
        )
        units = Unit.objects.living().filter(county=county, level__in=REPORTING_LEVELS)
        create_accounts(county, units)
        create_registers([county, *units], timezone.localdate().replace(month=1, day=1))
        groups = _inspection_groups(county)
        create_inspectors(groups)
        audit.record(
            action="载入演示数据", obj=county, by=None, unit=county, note="虚构记录，仅供演示"
        )


def fill_month(county: Unit, month: Month) -> int:
    """Made-up records of every reporting unit of one month; the number of rows written."""
    now = timezone.now()
    open_month(county=county, month=month)
    returns = list(
        MonthlyReturn.objects.filter(unit__county=county, month=month).select_related(
            "unit__parent"
        )
    )
    groups = _groups_by_village(county)
    categories = list(SweepCategory.objects.filter(county=None, is_active=True))
    clerks, reviewers = _people(county)
    batch = Batch()
    until = min(month.last_day, timezone.localdate() - dt.timedelta(days=1))
    for monthly_return in returns:
        fill_return(batch, monthly_return, categories, groups[monthly_return.unit_id], until)
        settle_state(monthly_return, clerks, reviewers, now)
    for sweep in batch.sweeps:
        batch.follow_ups += follow_ups_of(sweep, timezone.localdate())
    if month.last_day < timezone.localdate():
        group_of = {
            unit_id: group
            for group in InspectionGroup.objects.filter(county=county).prefetch_related("units")
            for unit_id in (unit.pk for unit in group.units.all())
        }
        survey_and_inspect(
            batch,
            [*(monthly_return.unit for monthly_return in returns), *_sectors(county)],
            month,
            lambda unit: group_of.get(unit.pk),
            {
                level: sheet_lines(county.pk, level, VisitKind.OPEN)
                for level in (Level.TOWNSHIP, Level.SECTOR)
            },
        )
    MonthlyReturn.objects.bulk_update(
        returns,
        [
            "state",
            "saved_at",
            "saved_by",
            "submitted_at",
            "first_submitted_at",
            "submitted_by",
            "is_on_time",
            "zero_signed_at",
            "zero_signed_by",
            "reviewed_at",
            "reviewed_by",
        ],
        batch_size=200,
    )
    return batch.write()


def _sectors(county: Unit) -> list[Unit]:
    return list(
        Unit.objects.living().filter(county=county, level=Level.SECTOR).select_related("parent")
    )


def _inspection_groups(county: Unit) -> list[InspectionGroup]:
    """One group a guiding department, over the townships that the next one guides: who guides
    a township (document A's map) does not score it."""
    guided: dict[Unit, list[Unit]] = defaultdict(list)
    rows = Guidance.objects.filter(unit__county=county, valid_to=None)
    for row in rows.select_related("guide", "unit").order_by("guide__position", "pk"):
        guided[row.guide].append(row.unit)
    groups = []
    guides = list(guided)
    for place, (number, guide) in enumerate(zip(GROUP_NUMBERS, guides, strict=False), start=1):
        units = guided[guides[place % len(guides)]]
        group, is_new = InspectionGroup.objects.get_or_create(
            county=county,
            name=f"第{number}督导检查组",
            valid_from=dt.date(2020, 1, 1),
            defaults={
                "lead_unit": guide,
                "lead_unit_name": guide.name,
                "vehicle_unit_name": guide.name,
                "member_posts": "组长（班子成员）、业务骨干2名",
            },
        )
        if is_new:
            group.units.set(units + (_sectors(county) if number == GROUP_NUMBERS[0] else []))
        groups.append(group)
    return groups


def _groups_by_village(county: Unit) -> dict[int, list[Unit]]:
    groups: dict[int, list[Unit]] = defaultdict(list)
    for group in Unit.objects.living().filter(county=county, level=Level.GROUP):
        groups[group.parent_id or 0].append(group)
    return groups


def _people(county: Unit) -> tuple[dict[int, User], dict[int, User]]:
    """Clerks by unit, and reviewers by the unit that reviews."""
    users: Iterable[User] = User.objects.filter(unit__path__startswith=county.path).order_by("pk")
    clerks: dict[int, User] = {}
    reviewers: dict[int, User] = {}
    for user in users:
        if user.role in (Role.VILLAGE_CLERK, Role.TOWNSHIP_CLERK):
            clerks[user.unit_id] = user
        elif user.role in (Role.TOWNSHIP_REVIEWER, Role.COUNTY_OFFICER):
            reviewers.setdefault(user.unit_id, user)
    return clerks, reviewers


def _officer(county: Unit) -> User:
    return User.objects.filter(unit=county, role=Role.COUNTY_OFFICER).order_by("pk")[0]


def _date_issue(bulletin: Bulletin) -> None:
    """As if the bulletin had been signed on the day it bears."""
    moment = timezone.make_aware(dt.datetime.combine(bulletin.issued_on, dt.time(9, 0)))
    moment = min(moment, timezone.now())
    Bulletin.objects.filter(pk=bulletin.pk).update(issued_at=moment)
    Edition.objects.filter(pk=bulletin.edition_id).update(published_at=moment)


def _date_close(edition: Edition, day: dt.date) -> None:
    """As if the month had been closed in its own time; the moment is no part of the hash."""
    moment = timezone.make_aware(dt.datetime.combine(day, dt.time(17, 30)))
    edition.closed_at = min(moment, timezone.now())
    edition.save(update_fields=["closed_at"])
    Period.objects.filter(county=edition.county, month=edition.month).update(
        closed_at=edition.closed_at
    )


def _issue_day(month: Month, today: dt.date) -> dt.date:
    return min(month.next.first_day.replace(day=10), today)

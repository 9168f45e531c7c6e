"""When a return is due, by the rule and by an extension, and why."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from campaigns.models import Extension, MonthlyReturn
from pingan.calendars import STEP_OF_LEVEL, Deadline, describe
from pingan.enums import Level
from pingan.selectors.calendars import deadlines


def rule_deadline(monthly_return: MonthlyReturn) -> Deadline:
    """What the county's calendar says, whatever was granted."""
    steps = deadlines(monthly_return.unit, monthly_return.month)
    return steps[STEP_OF_LEVEL[Level(monthly_return.unit.level)]]


def extension_of(monthly_return: MonthlyReturn) -> Extension | None:
    rows = Extension.objects.filter(unit=monthly_return.unit_id, month=monthly_return.month)
    return rows.select_related("by").first()


def due_sentence(monthly_return: MonthlyReturn, extension: Extension | None) -> str:
    """The deadline and, where it was shifted or extended, why."""
    rule = rule_deadline(monthly_return)
    if extension is not None:
        by = extension.by.display_name if extension.by else "系统"
        return (
            f"{describe(extension.until)}。原定{describe(rule.on)}，"
            f"{by}于{_day(extension.at)}批准延期，原因：{extension.reason}。"
        )
    if rule.on == monthly_return.due_on:
        return rule.explanation
    return f"{describe(monthly_return.due_on)}。"  # the rule was changed after the month began


def _day(moment: dt.datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.month}月{local.day}日"

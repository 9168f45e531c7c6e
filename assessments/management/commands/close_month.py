"""manage.py close_month 530628 2026-09: close one county's month, print one line of JSON."""

from __future__ import annotations

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.models import Edition
from assessments.services.closing import close_month
from pingan.models import Unit
from pingan.months import InvalidMonth, Month
from pingan.refusals import Refused


class Command(BaseCommand):
    help = "结账：计分、排名并固化一个县的一个月，输出一行 JSON。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("county", help="县的代码，如 530628")
        parser.add_argument("month", help="月份，如 2026-09")

    def handle(self, *_args: Any, **options: Any) -> None:
        county = _county(options["county"])
        started = time.perf_counter()
        try:
            month = Month.parse(options["month"])
            before = set(
                Edition.objects.filter(county=county, month=month).values_list("pk", flat=True)
            )
            (edition,) = close_month(counties=[county], month=month, by=None)
        except (InvalidMonth, Refused) as error:
            raise CommandError(str(error)) from error
        line = {
            "county": options["county"],
            "month": str(month),
            "units": edition.unit_count,
            "edition": edition.number,
            "hash": edition.hash,
            "new": edition.pk not in before,
            "seconds": round(time.perf_counter() - started, 3),
        }
        self.stdout.write(json.dumps(line, ensure_ascii=False))


def _county(code: str) -> Unit:
    county = Unit.objects.counties().filter(code__in=[code, code.ljust(12, "0")]).first()
    if county is None:
        raise CommandError(
            f"没有载入代码为“{code}”的县。请先运行 manage.py load_county {code} 载入。"
        )
    return county

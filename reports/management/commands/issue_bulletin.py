"""manage.py issue_bulletin: number the month's bulletin and write its documents."""

from __future__ import annotations

import datetime as dt
import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assessments.models import Edition
from pingan.models import Unit
from pingan.months import InvalidMonth, Month
from pingan.refusals import Refused
from reports.services import issue_to_folder


class Command(BaseCommand):
    help = "签发某县某月的考评通报，把通报、排名表和公示栏写入文件夹。重复运行得到同一份通报。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("county", help="县代码，如 530628")
        parser.add_argument("month", help="月份，如 2026-09")
        parser.add_argument("--out", required=True, type=Path, help="存放文件的文件夹")
        parser.add_argument("--on", help="成文日期，如 2026-10-10；不写就是今天")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            edition = _edition(options["county"], options["month"])
            bulletin, sizes = issue_to_folder(
                edition=edition, by=None, issued_on=_day(options["on"]), folder=options["out"]
            )
        except (InvalidMonth, Refused) as error:
            raise CommandError(str(error)) from error
        answer = {
            "county": edition.county.code[:6],
            "month": str(edition.month),
            "number": f"〔{bulletin.year}〕{bulletin.number}号",
            "edition": edition.number,
            "hash": edition.hash,
            "issued_on": bulletin.issued_on.isoformat(),
            "files": [{"file": str(options["out"] / name), "bytes": size} for name, size in sizes],
            "seconds": round(time.monotonic() - started, 3),
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False))


def _edition(county_code: str, month_text: str) -> Edition:
    month = Month.parse(month_text)
    county = Unit.objects.counties().filter(code__in=_codes(county_code)).first()
    if county is None:
        raise Refused(f"没有载入代码为“{county_code}”的县，请先运行 load_county。")
    edition = Edition.objects.current().filter(county=county, month=month)
    found = edition.select_related("county").first()
    if found is None:
        raise Refused(f"{county.name}{month.label}还没有结账，请先运行 close_month。")
    return found


def _codes(text: str) -> list[str]:
    """A county's code as it is stored: six digits, or twelve with zeros behind them."""
    return [text, f"{text}000000"]


def _day(text: str | None) -> dt.date:
    if text is None:
        return timezone.localdate()
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"“{text}”不是日期，请写成 2026-10-10 这样的形式。") from error

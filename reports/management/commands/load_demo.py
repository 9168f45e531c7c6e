"""manage.py load_demo: a county with made-up months, and a table of accounts to try it with."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from pingan.models import Unit
from reports.demo.accounts import PASSWORD, demo_accounts
from reports.demo.loading import is_loaded, load_records

SMALL_MONTHS, SMALL_GROUPS = 2, 310
STRUCTURE = 2005  # with every dated change since, so that the demonstration has a history


class Command(BaseCommand):
    help = "载入演示县（真实地名、虚构记录），结账并通报；已载入时只打印账号。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("county", nargs="?", default="530628", help="六位县代码")
        parser.add_argument("--months", type=int, default=12, help="已结账的月数")
        parser.add_argument("--groups", type=int, default=2921, help="村民小组总数")
        parser.add_argument("--small", action="store_true", help="两个月、每村一组，供测试用")

    def handle(self, *args: Any, **options: Any) -> None:
        months = SMALL_MONTHS if options["small"] else options["months"]
        groups = SMALL_GROUPS if options["small"] else options["groups"]
        county = Unit.objects.counties().filter(code__startswith=options["county"]).first()
        if county is None:
            call_command(
                "load_county",
                options["county"],
                structure=STRUCTURE,
                groups=groups,
                stdout=self.stdout,
            )
            county = Unit.objects.counties().get(code__startswith=options["county"])
        if not is_loaded(county):
            load_records(county, months, self.stdout.write)
        self._print_accounts(county)

    def _print_accounts(self, county: Unit) -> None:
        self.stdout.write(f"\n演示账号（密码都是 {PASSWORD}）：")
        for account in demo_accounts(county):
            self.stdout.write(f"  {account.username:<12} {account.duty}　{account.unit}")

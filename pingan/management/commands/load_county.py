"""manage.py load_county 530628 [--structure 2005] [--groups 2921]"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from pingan.enums import Level
from pingan.loaders.division import DivisionError
from pingan.loaders.structure import StructureError
from pingan.refusals import Refused
from pingan.services.loading import load_county

SHOWN = (Level.TOWNSHIP, Level.VILLAGE, Level.GROUP, Level.SECTOR, Level.DEPARTMENT)


class Command(BaseCommand):
    help = "载入一个县：乡镇、村（社区）、各口和部门；可以从早年的建制开始，并载入此后的变更"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("county", metavar="县代码", help="六位县级代码，例如 530628")
        parser.add_argument("--structure", type=int, metavar="年份", help="从这一年的建制开始")
        parser.add_argument("--groups", type=int, metavar="数目", help="生成多少个村民小组")

    def handle(self, *_args: Any, **options: Any) -> None:
        if (options["groups"] or 0) < 0:
            raise CommandError("小组数目不能是负数。")
        try:
            result = load_county(
                county_code=options["county"],
                year=options["structure"],
                groups=options["groups"],
            )
        except IntegrityError as error:  # another process was faster with the same codes
            raise CommandError("同一个县正在由另一个进程载入，请稍后再看。") from error
        except (DivisionError, StructureError, Refused) as error:
            raise CommandError(str(error)) from error
        numbers = "，".join(f"{level.label} {result.counts.get(level, 0)} 个" for level in SHOWN)
        begun = "已载入" if result.is_new else "早已载入，没有改动："
        self.stdout.write(f"{begun}{result.county.name}（{options['county']}）：{numbers}。")

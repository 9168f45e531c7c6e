"""manage.py import_units FILE.xlsx [--sheet 名称]"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pingan.refusals import Refused
from pingan.services.unit_import import ImportRefused, import_units
from pingan.workbooks import read_rows

SHOWN = 200


class Command(BaseCommand):
    help = "从 Excel 工作簿导入单位；有一处错误就全部不导入，并列出每一处错误所在的单元格"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="文件", help=".xlsx 工作簿")
        parser.add_argument("--sheet", metavar="工作表", help="默认读第一张工作表")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            result = import_units(sheet=read_rows(options["file"], sheet=options["sheet"]), by=None)
        except ImportRefused as error:
            shown = error.sentences[:SHOWN]
            if rest := len(error.sentences) - len(shown):
                shown.append(f"另外还有 {rest} 处错误，改正以上各处后再试。")
            raise CommandError("\n".join(["没有导入任何单位。", *shown])) from error
        except Refused as error:
            raise CommandError(f"没有导入任何单位。\n{error}") from error
        numbers = "，".join(f"{level.label} {n} 个" for level, n in sorted(result.counts.items()))
        self.stdout.write(f"已导入 {result.units} 个单位：{numbers}。")

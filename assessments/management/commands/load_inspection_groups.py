"""manage.py load_inspection_groups 510704: the groups that the recorded structure names."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.services.inspection_groups import load_inspection_groups
from pingan.loaders.structure import StructureError
from pingan.refusals import Refused
from pingan.services.loading import find_county


class Command(BaseCommand):
    help = "载入一个县历史建制里的督导检查组（牵头单位、出车单位、督导的乡镇和口）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("county", metavar="县代码", help="六位县级代码，例如 510704")

    def handle(self, *_args: Any, **options: Any) -> None:
        county = find_county(options["county"])
        if county is None:
            raise CommandError(f"还没有载入 {options['county']}，请先运行 load_county。")
        try:
            groups = load_inspection_groups(county=county)
        except (StructureError, Refused) as error:
            raise CommandError(str(error)) from error
        for group in groups:
            names = "、".join(group.units.values_list("name", flat=True))
            self.stdout.write(f"{group.name}（{group.lead_unit_name}）：{names}")

"""Accounts of the demonstration: one for every duty and every reporting unit, one password."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from assessments.models import InspectionGroup
from pingan.enums import Level, Role
from pingan.models import Unit, User

PASSWORD = "pingan-demo-2026"


@dataclass(frozen=True)
class Account:
    """A line of the table that is printed."""

    username: str
    duty: str
    unit: str


COUNTY_ACCOUNTS = (
    ("county", "县创安办经办员", Role.COUNTY_OFFICER),
    ("county2", "县创安办复核员", Role.COUNTY_OFFICER),  # what asks for two pairs of eyes
    ("leader", "县领导", Role.LEADER),
    ("accounts", "账号管理员", Role.ACCOUNT_ADMIN),
    ("security", "安全管理员", Role.SECURITY_ADMIN),
    ("audit", "审计员", Role.AUDITOR),
)


def create_accounts(county: Unit, units: Iterable[Unit]) -> None:
    """Accounts for `county` and for each of its townships, villages and departments."""
    password = make_password(PASSWORD)  # one hash for all: made for a demonstration only
    people = [
        User(username=username, display_name=name, role=role, unit=county, password=password)
        for username, name, role in COUNTY_ACCOUNTS
    ]
    for unit in units:
        for username, name, role in _of_unit(unit):
            people.append(
                User(username=username, display_name=name, role=role, unit=unit, password=password)
            )
    known = set(User.objects.values_list("username", flat=True))
    User.objects.bulk_create([user for user in people if user.username not in known])


def create_inspectors(groups: Iterable[InspectionGroup]) -> None:
    """One inspector a group, lent the group's units and nothing else of the county."""
    password = make_password(PASSWORD)
    for number, group in enumerate(groups, start=1):
        home = Unit.objects.living().filter(
            county=group.county, name=group.lead_unit_name, level=Level.DEPARTMENT
        )
        user, is_new = User.objects.get_or_create(
            username=f"inspector{number}",
            defaults={
                "display_name": f"{group.name}检查员",
                "role": Role.INSPECTOR,
                "unit": home.first() or group.county,
                "password": password,
            },
        )
        if is_new:
            user.lent_units.set(group.units.all())


def _of_unit(unit: Unit) -> list[tuple[str, str, Role]]:
    if unit.level == Level.TOWNSHIP:
        number = unit.code[6:9]
        return [
            (f"t{number}", "综治办经办员", Role.TOWNSHIP_CLERK),
            (f"t{number}r", "综治办审核员", Role.TOWNSHIP_REVIEWER),
        ]
    if unit.level == Level.VILLAGE:
        return [(f"v{unit.code[6:12]}", "村级信息员", Role.VILLAGE_CLERK)]
    return [(f"d{unit.pk}", "内保信息员", Role.VILLAGE_CLERK)]


def demo_accounts(county: Unit) -> list[Account]:
    """The accounts to try: the county's own, an inspector, one township, two villages, one unit."""
    users = User.objects.filter(unit__path__startswith=county.path).select_related("unit")
    wanted = [*users.filter(unit=county).exclude(role=Role.INSPECTOR).order_by("pk")]
    wanted += users.filter(role=Role.INSPECTOR).order_by("pk")[:1]
    for level, count in ((Level.TOWNSHIP, 4), (Level.VILLAGE, 2), (Level.DEPARTMENT, 1)):
        own = users.filter(unit__level=level).exclude(role=Role.INSPECTOR)
        if level == Level.VILLAGE:
            own = own.filter(unit__children__level=Level.GROUP).distinct()
        wanted += own.order_by("unit__position", "unit__code", "pk")[:count]
    return [Account(user.username, user.get_role_display(), user.unit.name) for user in wanted]

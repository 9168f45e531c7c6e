"""What every page shows around its content: navigation by duty, and the demo mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from pingan.enums import Role
from pingan.models import User
from pingan.selectors.offices import is_demo_county

_RECORDS = (
    Role.VILLAGE_CLERK,
    Role.TOWNSHIP_CLERK,
    Role.TOWNSHIP_REVIEWER,
    Role.COUNTY_OFFICER,
    Role.INSPECTOR,
    Role.LEADER,
)
_REVIEWERS = (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER, Role.COUNTY_OFFICER)
_INSPECTORS = (*_REVIEWERS, Role.INSPECTOR)
_ADMINISTRATORS = (Role.ACCOUNT_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR)

# address name, label, who finds it in the bar
NAVIGATION: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("reports:home", "首页", _RECORDS),
    ("campaigns:return-list", "月报", _RECORDS),
    ("campaigns:return-review", "审核", _REVIEWERS),
    ("campaigns:survey-list", "测评", _INSPECTORS),
    ("campaigns:indicator-list", "指标", _RECORDS),
    ("assessments:inspection-list", "督导检查", _INSPECTORS),
    ("assessments:month-list", "月度考评", (Role.COUNTY_OFFICER,)),
    ("reports:matrix-latest", "进度", _RECORDS),
    ("reports:ranking-latest", "排名", _RECORDS),
    ("reports:colour-matrix", "红黄蓝", _RECORDS),
    ("reports:dashboard-latest", "看板", _RECORDS),
    ("reports:bulletin-list", "通报", _RECORDS),
    ("campaigns:follow-up-list", "跟踪事项", _RECORDS),
    ("campaigns:ledger-index", "台账", _RECORDS),
    ("campaigns:register-index", "登记册", _RECORDS),
    ("pingan:unit-list", "单位", (*_RECORDS, Role.ACCOUNT_ADMIN)),
    ("pingan:county-settings", "设置", (Role.COUNTY_OFFICER,)),
    ("pingan:account-list", "账号", (Role.ACCOUNT_ADMIN,)),
    ("pingan:security-settings", "安全设置", (Role.SECURITY_ADMIN,)),
    ("pingan:audit-list", "操作日志", (Role.AUDITOR,)),
)


@dataclass(frozen=True, slots=True)
class NavigationLink:
    address: str
    label: str
    is_active: bool


def navigation(request: HttpRequest, user: User) -> list[NavigationLink]:
    """The links of the signed-in person's duty; the one of the present page is active."""
    match = request.resolver_match
    here = match.view_name if match else ""
    names = [name for name, _label, roles in NAVIGATION if user.role in roles]
    # The page itself, else the first page about the same noun: app:noun-verb.
    noun = here.rsplit("-", 1)[0]
    active = here if here in names else next((n for n in names if n.rsplit("-", 1)[0] == noun), "")
    return [
        NavigationLink(reverse(name), label, name == active)
        for name, label, roles in NAVIGATION
        if user.role in roles
    ]


def page(request: HttpRequest) -> dict[str, Any]:
    """Template context of every page."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):  # nobody has signed in, or it went wrong before that was known
        return {"navigation": [], "is_demo": False}
    return {
        "navigation": navigation(request, user),
        "is_demo": is_demo_county(user.unit.root_id),
    }

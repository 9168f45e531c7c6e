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
_TOWNSHIP = (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER)
_REVIEWERS = (*_TOWNSHIP, Role.COUNTY_OFFICER)
_INSPECTORS = (*_REVIEWERS, Role.INSPECTOR)
_DESKS = (Role.VILLAGE_CLERK, *_REVIEWERS)

# group: address name, label, who finds it there. Two rows of links: the groups, and the pages of
# the present group.
NAVIGATION: tuple[tuple[str, tuple[tuple[str, str, tuple[Role, ...]], ...]], ...] = (
    ("首页", (("reports:home", "首页", _RECORDS),)),
    (
        "填报",
        (
            ("campaigns:return-list", "月报", _RECORDS),
            ("campaigns:grid-latest", "一表填各村", _TOWNSHIP),
            ("campaigns:workbook-latest", "Excel 填报", (Role.VILLAGE_CLERK, *_TOWNSHIP)),
            ("campaigns:indicator-list", "指标", _RECORDS),
            ("campaigns:follow-up-list", "跟踪事项", _RECORDS),
            ("campaigns:survey-list", "测评", _INSPECTORS),
            ("campaigns:register-index", "登记册", _RECORDS),
            ("campaigns:ledger-index", "台账", _RECORDS),
            ("reports:burden-overview", "负担", (Role.COUNTY_OFFICER, Role.LEADER)),
        ),
    ),
    (
        "审核",
        (
            ("campaigns:return-review", "待审核", _REVIEWERS),
            ("campaigns:reopen-list", "重开申请", (Role.COUNTY_OFFICER,)),
            ("reports:matrix-latest", "进度", _RECORDS),
            ("campaigns:reporting-latest", "报送情况", (*_INSPECTORS, Role.LEADER)),
        ),
    ),
    (
        "纠纷",
        (
            ("disputes:dispute-mine", "我的纠纷", _DESKS),
            ("disputes:dispute-list", "纠纷台账", _RECORDS),
            ("disputes:ledger-list", "台账导入导出", _RECORDS),
            ("disputes:dispute-county", "看板", (Role.COUNTY_OFFICER, Role.LEADER)),
            ("disputes:dispute-board", "看板", (Role.VILLAGE_CLERK, *_TOWNSHIP)),
            ("disputes:committee-list", "调解组织", _RECORDS),
            ("disputes:subsidy-list", "以案定补", (*_DESKS, Role.LEADER)),
            ("disputes:setting-list", "纠纷设置", (Role.COUNTY_OFFICER,)),
        ),
    ),
    (
        "考评",
        (
            ("assessments:month-list", "月度考评", (Role.COUNTY_OFFICER,)),
            ("assessments:scheme-list", "考核办法", _RECORDS),
            ("assessments:peer-group-list", "同组", (Role.COUNTY_OFFICER, Role.LEADER)),
            ("assessments:inspection-list", "督导检查", _RECORDS),
            ("assessments:draw-list", "抽签", _RECORDS),
            ("assessments:rating-list", "领导评分", _RECORDS),
            ("assessments:appeal-list", "申诉", _RECORDS),
        ),
    ),
    (
        "排名",
        (
            ("reports:ranking-latest", "排名", _RECORDS),
            ("reports:standing-latest", "累计排名", _RECORDS),
            ("reports:survey-index-latest", "测评指数", (*_INSPECTORS, Role.LEADER)),
            ("reports:fairness-latest", "公平性", (Role.COUNTY_OFFICER, Role.LEADER)),
            ("reports:colour-matrix", "红黄蓝", _RECORDS),
            ("assessments:board-latest", "公示栏", _RECORDS),
        ),
    ),
    (
        "整改",
        (
            ("assessments:problem-list", "问题", _RECORDS),
            ("assessments:notice-list", "整改通知书", _RECORDS),
            ("assessments:key-place-list", "重点整治", _RECORDS),
            ("assessments:veto-list", "一票否决", _RECORDS),
        ),
    ),
    (
        "命名奖惩",
        (
            ("assessments:naming-list", "命名", _RECORDS),
            ("assessments:naming-rates", "命名率", (*_INSPECTORS, Role.LEADER)),
            ("assessments:reward-list", "奖惩", _RECORDS),
            ("assessments:information-list", "信息奖励", (Role.COUNTY_OFFICER,)),
            (
                "assessments:archive-list",
                "实绩档案",
                (Role.COUNTY_OFFICER, Role.LEADER, *_TOWNSHIP),
            ),
            ("assessments:tenure-list", "任期", (Role.COUNTY_OFFICER,)),
            ("reports:case-list", "案情通报", _RECORDS),
        ),
    ),
    (
        "通报",
        (
            ("reports:bulletin-list", "通报", _RECORDS),
            ("reports:dashboard-latest", "看板", _RECORDS),
        ),
    ),
    (
        "管理",
        (
            ("pingan:account-list", "账号", (Role.ACCOUNT_ADMIN,)),
            ("pingan:unit-list", "单位", (*_RECORDS, Role.ACCOUNT_ADMIN)),
            ("pingan:county-settings", "设置", (Role.COUNTY_OFFICER,)),
            ("pingan:security-settings", "安全设置", (Role.SECURITY_ADMIN,)),
            ("pingan:audit-list", "操作日志", (Role.AUDITOR,)),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class NavigationLink:
    address: str
    label: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class NavigationGroup:
    label: str
    links: list[NavigationLink]

    @property
    def address(self) -> str:
        return self.links[0].address

    @property
    def is_active(self) -> bool:
        return any(link.is_active for link in self.links)


def navigation(request: HttpRequest, user: User) -> list[NavigationGroup]:
    """The groups of the signed-in person's duty; the link of the present page is active.

    A group of which a duty has one page alone bears that page's name.
    """
    match = request.resolver_match
    here = match.view_name if match else ""
    offered = [
        (group, [(name, label) for name, label, roles in links if user.role in roles])
        for group, links in NAVIGATION
    ]
    names = [name for _group, links in offered for name, _label in links]
    # The page itself, else the page about the nearest noun: app:noun-verb, app:noun-part-verb.
    nouns = {name: name.rsplit("-", 1)[0] for name in names}
    close = [name for name, noun in nouns.items() if here.startswith(f"{noun}-")]
    active = here if here in names else max(close, key=lambda name: len(nouns[name]), default="")
    return [
        NavigationGroup(
            group if len(links) > 1 else links[0][1],
            [NavigationLink(reverse(name), label, name == active) for name, label in links],
        )
        for group, links in offered
        if links
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

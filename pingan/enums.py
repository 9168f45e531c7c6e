"""Choices of the kernel. Imports nothing of ours."""

from django.db.models import IntegerChoices, TextChoices


class Level(IntegerChoices):
    """How deep a unit stands; siblings of one level are ranked together."""

    COUNTY = 1, "县"
    TOWNSHIP = 2, "乡镇"
    VILLAGE = 3, "村(社区)"
    GROUP = 4, "小组"
    SECTOR = 12, "口"
    DEPARTMENT = 13, "单位"
    INNER = 14, "内设单位"


class UnitKind(TextChoices):
    """What a unit is. The 12-digit code of GB/T 10114 tells the first seven apart."""

    COUNTY = "county", "县"
    SUBDISTRICT = "subdistrict", "街道"
    TOWN = "town", "镇"
    TOWNSHIP = "township", "乡"
    ZONE = "zone", "开发区"
    VILLAGE = "village", "村"
    COMMUNITY = "community", "社区"
    GROUP = "group", "小组"
    SECTOR = "sector", "口"
    DEPARTMENT = "department", "部门"
    SCHOOL = "school", "学校"
    HOSPITAL = "hospital", "医院"
    STATION = "station", "车站"
    MARKET = "market", "市场"
    ENTERPRISE = "enterprise", "企业"
    SCENIC_AREA = "scenic_area", "景区"
    COMPOUND = "compound", "院落小区"
    INNER = "inner", "内设单位"


LEVEL_OF_KIND: dict[UnitKind, Level] = {
    UnitKind.COUNTY: Level.COUNTY,
    UnitKind.SUBDISTRICT: Level.TOWNSHIP,
    UnitKind.TOWN: Level.TOWNSHIP,
    UnitKind.TOWNSHIP: Level.TOWNSHIP,
    UnitKind.ZONE: Level.TOWNSHIP,
    UnitKind.VILLAGE: Level.VILLAGE,
    UnitKind.COMMUNITY: Level.VILLAGE,
    UnitKind.GROUP: Level.GROUP,
    UnitKind.SECTOR: Level.SECTOR,
    UnitKind.DEPARTMENT: Level.DEPARTMENT,
    UnitKind.SCHOOL: Level.DEPARTMENT,
    UnitKind.HOSPITAL: Level.DEPARTMENT,
    UnitKind.STATION: Level.DEPARTMENT,
    UnitKind.MARKET: Level.DEPARTMENT,
    UnitKind.ENTERPRISE: Level.DEPARTMENT,
    UnitKind.SCENIC_AREA: Level.DEPARTMENT,
    UnitKind.COMPOUND: Level.DEPARTMENT,
    UnitKind.INNER: Level.INNER,
}

# Which levels may stand directly under a level (domain O1, O2).
CHILD_LEVELS: dict[Level, frozenset[Level]] = {
    Level.COUNTY: frozenset({Level.TOWNSHIP, Level.SECTOR, Level.DEPARTMENT}),
    Level.TOWNSHIP: frozenset({Level.VILLAGE, Level.DEPARTMENT}),
    Level.VILLAGE: frozenset({Level.GROUP, Level.DEPARTMENT}),
    Level.GROUP: frozenset(),
    Level.SECTOR: frozenset({Level.DEPARTMENT}),
    Level.DEPARTMENT: frozenset({Level.INNER}),
    Level.INNER: frozenset({Level.INNER}),
}

# Levels whose units hand in a monthly return of their own.
REPORTING_LEVELS = frozenset({Level.TOWNSHIP, Level.VILLAGE, Level.DEPARTMENT})


class UnitEventKind(TextChoices):
    CREATE = "create", "设立"
    RENAME = "rename", "更名"
    MOVE = "move", "划转"
    MERGE = "merge", "合并"
    SPLIT = "split", "分设"
    CLOSE = "close", "撤销"
    CORRECT = "correct", "信息更正"


class Role(TextChoices):
    """Duties. One account, one duty: the three administrators are never one person."""

    VILLAGE_CLERK = "village_clerk", "村级信息员"
    TOWNSHIP_CLERK = "township_clerk", "乡镇综治员"
    TOWNSHIP_REVIEWER = "township_reviewer", "乡镇审核员"
    COUNTY_OFFICER = "county_officer", "县级经办员"
    INSPECTOR = "inspector", "督导检查员"
    LEADER = "leader", "领导"
    ACCOUNT_ADMIN = "account_admin", "账号管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDITOR = "auditor", "审计员"


# Roles that never see a record, only what they administer (GB/T 22239, three separate hands).
ADMINISTRATOR_ROLES = frozenset({Role.ACCOUNT_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})


class ShiftRule(TextChoices):
    """What happens to a deadline that falls on a day off."""

    NEXT_WORKDAY = "next_workday", "顺延到节假日后的第一个工作日"
    PREVIOUS_WORKDAY = "previous_workday", "提前到节假日前的最后一个工作日"
    NONE = "none", "不顺延"


class Step(TextChoices):
    """The steps of the monthly cycle that have a deadline (domain F, document E)."""

    VILLAGE = "village", "村(社区)上报"
    TOWNSHIP = "township", "乡镇上报"
    INSPECTION = "inspection", "县级督导检查"
    BULLETIN = "bulletin", "县级通报"


class PeriodState(TextChoices):
    OPEN = "open", "填报中"
    CLOSED = "closed", "已结账"


class JobState(TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "未成功"


class OfficeRole(TextChoices):
    """Offices whose names have changed over the years (综治办, 创安办, 平安办 …)."""

    COMMITTEE = "committee", "领导机构"
    LEAD_OFFICE = "lead_office", "县级办事机构"
    TOWNSHIP_OFFICE = "township_office", "乡镇办事机构"

"""Choices of the assessment. Imports nothing of ours."""

from django.db.models import TextChoices


class Grade(TextChoices):
    """等次 (domain S4)."""

    EXCELLENT = "excellent", "优秀"
    GOOD = "good", "良好"
    QUALIFIED = "qualified", "合格"
    UNQUALIFIED = "unqualified", "不合格"


class Colour(TextChoices):
    """Colour of the board (domain S5)."""

    BLUE = "blue", "平安"
    YELLOW = "yellow", "平稳"
    RED = "red", "不稳定"


class ItemSource(TextChoices):
    """Where the points of a score item come from (domain S1)."""

    ROUTINE = "routine", "日常记录"
    INSPECTION = "inspection", "集中检查"
    SURVEY = "survey", "治安测评"
    TIMELINESS = "timeliness", "报送时限"
    APPRAISAL = "appraisal", "上级评议"


class RuleShape(TextChoices):
    """How counts become points."""

    RATIO = "ratio", "按比例得分"
    MISSING = "missing", "缺项扣分"
    BANDS = "bands", "分档得分"
    EVENTS = "events", "按次扣分"
    JUDGED = "judged", "检查评分"

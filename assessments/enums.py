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
    UNDERCOVER = "undercover", "暗访抽查"
    SURVEY = "survey", "治安测评"
    RATING = "rating", "领导评分"
    INDICATOR = "indicator", "指标"
    DISPUTES = "disputes", "矛盾纠纷"
    RECTIFICATION = "rectification", "整改"
    TIMELINESS = "timeliness", "报送时限"
    APPRAISAL = "appraisal", "上级评议"


class RuleShape(TextChoices):
    """How counts become points."""

    RATIO = "ratio", "按比例得分"
    MISSING = "missing", "缺项扣分"
    BANDS = "bands", "分档得分"
    EVENTS = "events", "按次扣分"
    MEAN = "mean", "与同级平均比"
    LAST_YEAR = "last_year", "与上年同月比"
    INDEX = "index", "测评指数"
    BONUS = "bonus", "加分"
    JUDGED = "judged", "检查评分"
    VETO = "veto", "否决或限等"


class SchemeState(TextChoices):
    DRAFT = "draft", "草案"
    ADOPTED = "adopted", "已采用"


class VisitKind(TextChoices):
    """Inspections that a unit knows of, and those that it does not (domain S1, S2)."""

    OPEN = "open", "集中检查"
    SECRET = "secret", "暗访"


class DrawState(TextChoices):
    """A sealed draw: the seed's hash is published first, the seed with the result."""

    COMMITTED = "committed", "已封存"
    DRAWN = "drawn", "已抽取"
    CANCELLED = "cancelled", "已作废"


class AppealState(TextChoices):
    PENDING = "pending", "待决定"
    UPHELD = "upheld", "申诉成立"
    REFUSED = "refused", "申诉不成立"
    WITHDRAWN = "withdrawn", "已撤回"


class ProblemSource(TextChoices):
    """Where a problem of the board comes from (domain S5)."""

    INSPECTION = "inspection", "督导检查"
    UNDERCOVER = "undercover", "暗访"
    SWEEP = "sweep", "六排查"
    MEETING = "meeting", "例会议定"
    PATROL = "patrol", "巡逻发现"
    SURVEY = "survey", "治安测评"
    SUPERIOR = "superior", "上级交办"


class LadderKind(TextChoices):
    """Steps against what stays unsolved (domain S6, S7)."""

    NOTICE = "notice", "整改通知"
    INTERVIEW = "interview", "约谈"
    LISTED = "listed", "挂牌督办"


class NoticeState(TextChoices):
    """A rectification notice on its way."""

    DRAFT = "draft", "待签发"
    SIGNED = "signed", "整改中"
    REPLIED = "replied", "待复查"
    CLOSED = "closed", "已销号"
    AGAIN = "again", "复查未过"
    WITHDRAWN = "withdrawn", "已撤销"


class RecheckResult(TextChoices):
    PASSED = "passed", "通过"
    FAILED = "failed", "未通过"


class VetoState(TextChoices):
    """A veto: a township may propose, only the county decides. Its end follows from its dates."""

    PROPOSED = "proposed", "待县级决定"
    DECIDED = "decided", "已决定"
    REFUSED = "refused", "不予否决"
    LIFTED = "lifted", "已提前解除"


class NamingGrade(TextChoices):
    """合格 and 示范 (domain S9); a demonstration is qualified too."""

    QUALIFIED = "qualified", "合格"
    DEMONSTRATION = "demonstration", "示范"


class NamingState(TextChoices):
    """A naming from application to its end; that its term is over follows from its dates."""

    DRAFT = "draft", "填写中"
    APPLIED = "applied", "待核查"
    CHECKED = "checked", "待决定"
    NAMED = "named", "已命名"
    REFUSED = "refused", "不予命名"
    WITHDRAWN = "withdrawn", "已撤销命名"


class RewardKind(TextChoices):
    REWARD = "reward", "奖励"
    PENALTY = "penalty", "惩处"


class InformationState(TextChoices):
    """A reward for information (domain S13): to a code, never to a name."""

    RECEIVED = "received", "待核实"
    VERIFIED = "verified", "待审批"
    APPROVED = "approved", "待发放"
    PAID = "paid", "已发放"
    REFUSED = "refused", "不予奖励"

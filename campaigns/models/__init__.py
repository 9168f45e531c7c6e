"""Models of the monthly work, one concept a module."""

from campaigns.models.activities import (
    ActivityRecord,
    Education,
    GroupRecord,
    Meeting,
    Patrol,
    Sweep,
    SweepCategory,
)
from campaigns.models.drafts import Draft, ImportRun
from campaigns.models.followups import FollowUp
from campaigns.models.indicators import (
    Indicator,
    IndicatorForm,
    IndicatorFormField,
    IndicatorReport,
    IndicatorValue,
)
from campaigns.models.notices import Notice
from campaigns.models.registers import Facility, LeadingPost, TeamEntry
from campaigns.models.returns import ANSWERS_TO_COUNTY, COUNTY_PARENTS, MonthlyReturn
from campaigns.models.reviews import CheckNote, Extension, FieldRemark, ReopenRequest
from campaigns.models.surveys import Survey, SurveyTicket

__all__ = [
    "ANSWERS_TO_COUNTY",
    "COUNTY_PARENTS",
    "ActivityRecord",
    "CheckNote",
    "Draft",
    "Education",
    "Extension",
    "Facility",
    "FieldRemark",
    "FollowUp",
    "GroupRecord",
    "ImportRun",
    "Indicator",
    "IndicatorForm",
    "IndicatorFormField",
    "IndicatorReport",
    "IndicatorValue",
    "LeadingPost",
    "Meeting",
    "MonthlyReturn",
    "Notice",
    "Patrol",
    "ReopenRequest",
    "Survey",
    "SurveyTicket",
    "Sweep",
    "SweepCategory",
    "TeamEntry",
]

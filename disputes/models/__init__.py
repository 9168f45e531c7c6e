"""Disputes and their file; one concept a module."""

from disputes.models.cases import (
    DESK_ROLES,
    ClockPause,
    Dispute,
    DisputeMove,
    Escalation,
    Handover,
    Party,
)
from disputes.models.committees import Committee, Mediator, Training
from disputes.models.imports import DisputeImport, ImportedCase
from disputes.models.records import (
    Agreement,
    FollowVisit,
    MediationRecord,
    Performance,
    SubsidyClaim,
)
from disputes.models.settings import DisputeSettings, DisputeTerm, SubsidyRate

__all__ = [
    "DESK_ROLES",
    "Agreement",
    "ClockPause",
    "Committee",
    "Dispute",
    "DisputeImport",
    "DisputeMove",
    "DisputeSettings",
    "DisputeTerm",
    "Escalation",
    "FollowVisit",
    "Handover",
    "ImportedCase",
    "MediationRecord",
    "Mediator",
    "Party",
    "Performance",
    "SubsidyClaim",
    "SubsidyRate",
    "Training",
]

"""Models of the kernel, one concept a module."""

from pingan.models.audit_event import AuditEvent
from pingan.models.job import Job
from pingan.models.period import Period
from pingan.models.settings import CountySettings, OfficeName, SecuritySettings
from pingan.models.stored_file import StoredFile
from pingan.models.unit import Guidance, Unit, UnitEvent, UnitVersion
from pingan.models.user import User

__all__ = [
    "AuditEvent",
    "CountySettings",
    "Guidance",
    "Job",
    "OfficeName",
    "Period",
    "SecuritySettings",
    "StoredFile",
    "Unit",
    "UnitEvent",
    "UnitVersion",
    "User",
]

"""One case, locked for a change, and still as it was opened."""

from __future__ import annotations

from disputes.models import Dispute
from pingan.refusals import Conflict


def locked(dispute: Dispute, version: int | None = None) -> Dispute:
    """The row itself, held until the transaction ends; Conflict where it changed since `version`.

    `version` None: the caller does not build on what was shown (an answer, a sweep).
    """
    # Locked alone, then read: PostgreSQL drops a row from a join that no longer holds after the
    # wait, and the holder is just what changes.
    Dispute.objects.select_for_update().only("pk").get(pk=dispute.pk)
    row = Dispute.objects.select_related("unit", "holder", "committee", "mediator", "county").get(
        pk=dispute.pk
    )
    if version is not None and row.version != version:
        raise Conflict("您打开这一页之后，别人已经改过这件纠纷。")
    return row

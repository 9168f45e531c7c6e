"""Anonymous answers by phone: a printed ticket may answer once, and nothing tells who did.

What is stored of a ticket is a hash of its code and whether it was used: no moment, no address of
a phone, no answer. An answer adds to the sums of the place and leaves no row of its own, and no
event of the audit trail, which would keep the moment and the address.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from campaigns import policies
from campaigns.content.slips import compose_slips
from campaigns.models import SurveyTicket
from campaigns.pdf import slips_pdf
from campaigns.selectors.names import NameBook
from campaigns.selectors.returns import period_is_open
from campaigns.services.slips import Answers, tally
from campaigns.services.surveys import grow_survey
from pingan import audit
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Refused
from pingan.selectors.offices import is_demo_county
from pingan.services.periods import share_period
from pingan.typesetting import RenderError

MOST_TICKETS = 200
FEWEST_TICKETS = 10  # of one or two slips the sums would tell who answered what
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # what cannot be mistaken for another on paper
TOKEN_LENGTH = 12
_USED = "这张测评票已经答过了。每张票只能答一次，谢谢您的参与。"
_ENDED = "这个月的测评已经结束，不再计票。谢谢您的关心。"


class TicketRefused(Refused):
    """This ticket cannot answer (any more). Its sentence is for the citizen who holds it."""


def token_hash(token: str) -> str:
    """The hash under which a ticket is found; capitals and hyphens do not matter."""
    code = token.strip().lower().replace("-", "")
    return salted_hmac("campaigns.SurveyTicket", code, algorithm="sha256").hexdigest()


def print_tickets(
    *,
    unit: Unit,
    month: Month,
    place: str,
    number: int,
    expires_on: dt.date,
    by: User,
    address: Callable[[str], str],
) -> bytes:
    """Make tickets of one place and their sheet. Their codes exist on that sheet only."""
    policies.check_survey(unit=unit, by=by)
    place = _checked_place(place)
    _check_order(month, number, expires_on)
    tokens = _new_tokens(number)
    sheet = compose_slips(
        unit=NameBook([unit.pk]).name(unit.pk, month) or unit.name,
        place=place,
        month=month.label,
        expires_on=expires_on,
        is_demo=is_demo_county(unit.root_id),
        addresses=tuple(address(token) for token in tokens),
    )
    try:
        document = slips_pdf(sheet, printed_on=timezone.localdate())
    except RenderError as error:
        raise Refused(str(error)) from error
    _keep_tickets(unit, month, place, expires_on, tokens, by)
    return document


def _checked_place(place: str) -> str:
    place = place.strip()
    if not place:
        raise Refused("请填测评地点，如“集贸市场”。")
    return place


def _check_order(month: Month, number: int, expires_on: dt.date) -> None:
    if not FEWEST_TICKETS <= number <= MOST_TICKETS:
        raise Refused(
            f"一次请印{FEWEST_TICKETS}到{MOST_TICKETS}张：票太少，从合计就能看出是谁答的。"
        )
    if month > Month.of(timezone.localdate()):
        raise Refused(f"{month.label}还没有到，不能提前印票。")
    if not timezone.localdate() <= expires_on <= month.next.last_day:
        raise Refused(f"有效期应在今天到{month.next.label}月底之间。")


def _new_tokens(number: int) -> list[str]:
    return ["".join(secrets.choice(ALPHABET) for _ in range(TOKEN_LENGTH)) for _ in range(number)]


@transaction.atomic
def _keep_tickets(
    unit: Unit, month: Month, place: str, expires_on: dt.date, tokens: list[str], by: User
) -> None:
    share_period(county_id=unit.root_id, month=month)
    made = [
        SurveyTicket(
            unit=unit, month=month, place=place, expires_on=expires_on, token_hash=token_hash(token)
        )
        for token in tokens
    ]
    # Sorted by their hashes, the rows tell nothing of the order on the sheet.
    SurveyTicket.objects.bulk_create(sorted(made, key=lambda ticket: ticket.token_hash))
    _record("印发测评二维码", made[0], by, len(made))


@transaction.atomic
def void_tickets(*, unit: Unit, month: Month, place: str, expires_on: dt.date, by: User) -> int:
    """Take back what was printed for a place and not yet answered: lost, or not handed out."""
    policies.check_survey(unit=unit, by=by)
    unused = SurveyTicket.objects.filter(
        unit=unit, month=month, place=place, expires_on=expires_on, is_used=False
    )
    number = unused.delete()[0]
    if number:
        sample = SurveyTicket(unit=unit, month=month, place=place, expires_on=expires_on)
        _record("作废测评二维码", sample, by, number)
    return number


def _record(action: str, ticket: SurveyTicket, by: User, number: int) -> None:
    after = audit.snapshot(ticket, "month", "place", "expires_on") | {"number": number}
    audit.record(
        action=action,
        obj=SurveyTicket(unit=ticket.unit, month=ticket.month, place=ticket.place),
        by=by,
        unit=ticket.unit,
        after=after,
    )


def open_ticket(token: str) -> SurveyTicket:
    """The ticket of this code, or TicketRefused with the reason why it cannot answer."""
    ticket = (
        SurveyTicket.objects.filter(token_hash=token_hash(token)).select_related("unit").first()
    )
    if ticket is None:
        raise TicketRefused("没有找到这张测评票。请核对网址，或向发票的工作人员再要一张。")
    if ticket.is_used:
        raise TicketRefused(_USED)
    if ticket.expires_on < timezone.localdate():
        raise TicketRefused("这张测评票已经过了有效期。谢谢您的关心，欢迎参加下一次测评。")
    if not period_is_open(ticket.unit.root_id, ticket.month):
        raise TicketRefused(_ENDED)
    return ticket


@transaction.atomic
def answer_ticket(*, token: str, slip: Answers) -> None:
    """Count one slip and mark its ticket as used, both or neither."""
    ticket = open_ticket(token)
    try:
        share_period(county_id=ticket.unit.root_id, month=ticket.month)
    except Refused as error:
        raise TicketRefused(_ENDED) from error
    # Whoever marks it first has used it; a second answer of the same moment finds nothing to mark.
    if not SurveyTicket.objects.filter(pk=ticket.pk, is_used=False).update(is_used=True):
        raise TicketRefused(_USED)
    grow_survey(
        unit=ticket.unit,
        month=ticket.month,
        place=ticket.place,
        on=timezone.localdate(),  # where it is the first of the place; a day, for all its slips
        more=tally([slip]),
    )

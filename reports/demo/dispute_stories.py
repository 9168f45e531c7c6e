"""The way of one made-up case from its registration to its file, told up to today.

A story writes what the services would have written on those days: the states by the table of
moves, days at a level and what goes up when they are over.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from random import Random

from django.db import models
from django.utils import timezone

from disputes.deadlines import NEXT_LEVEL, due_day
from disputes.enums import (
    MOVES,
    OPEN_STATES,
    AgreementForm,
    Channel,
    ConfirmationState,
    DisputeState,
    EscalationCause,
    HandoverState,
    Move,
    RecordKind,
    Satisfaction,
)
from disputes.models import (
    Agreement,
    ClockPause,
    Dispute,
    DisputeMove,
    DisputeSettings,
    Escalation,
    FollowVisit,
    Handover,
    MediationRecord,
    Performance,
)
from pingan.enums import Level
from pingan.models import Unit, User
from pingan.privacy import Sealed
from reports.demo import dispute_texts as texts


@dataclass
class Story:
    """One case on its way; `rows` are written after the case itself."""

    dispute: Dispute
    names: tuple[str, ...]
    dice: Random
    today: dt.date
    terms: DisputeSettings
    clerks: dict[int, User]
    rows: list[models.Model] = field(default_factory=list)
    agreement: Agreement | None = None
    is_paused: bool = False
    is_over: bool = False
    is_left: bool = False  # nobody takes it where it comes up

    def day(self, after: int) -> dt.date:
        return self.dispute.registered_on + dt.timedelta(days=after)

    def tell(self, text: str) -> Sealed:
        """A text with the parties' names in it, sealed."""
        one, two = self.names[:2]
        place = self.dispute.place
        return Sealed.of(text.format(one=one, two=two, title=self.dispute.title, place=place))

    def move(self, move: Move, on: dt.date, note: str = "") -> bool:
        """One move, if its day has come; days of a level that were over before go first."""
        if self.is_over or on > self.today:
            self.is_over = True
            return False
        row = self.dispute
        self.pass_time(on)
        if row.handler is None:  # it has just come up and waits to be taken
            self.is_over = True
            return False
        states, after = MOVES[move]
        before = DisputeState(row.state)
        assert before in states, f"{before} {move}"
        row.state = after or before
        row.version += 1
        if move == Move.ACCEPT:
            row.accepted_on = on
            row.due_on = due_day(on, self.terms.settle_days)
        elif move == Move.CLOSE:
            row.closed_on = on
            row.erase_on = on + dt.timedelta(days=self.terms.keep_years * 365 + 2)
        elif row.state not in OPEN_STATES and row.settled_on is None:
            row.settled_on, row.level_due_on = on, None
        self.rows.append(
            DisputeMove(
                dispute=row,
                move=move,
                before=before,
                after=row.state,
                on=on,
                note=note,
                by=row.handler,
            )
        )
        return True

    def pass_time(self, until: dt.date) -> None:
        """四级七天: levels whose days were over before `until` are behind the case."""
        row = self.dispute
        while (
            row.state in OPEN_STATES
            and not self.is_paused
            and row.level != Level.COUNTY
            and row.level_due_on is not None
            and row.level_due_on < until
        ):
            cause = EscalationCause.EXPIRED
            self.go_up(row.level_due_on + dt.timedelta(days=1), cause)

    def go_up(self, on: dt.date, cause: EscalationCause, note: str = "") -> None:
        row = self.dispute
        from_unit, from_level = row.holder, Level(row.level)
        to_unit, to_level = self._above(from_level)
        by = row.handler if cause == EscalationCause.ASKED else None
        row.level, row.level_since = to_level, on
        row.level_due_on = due_day(on, self.terms.level_days)
        if to_unit.pk != row.holder_id:
            waits = self.is_left or (self.today - on).days <= 1
            row.holder, row.mediator = to_unit, None
            row.handler = None if waits else self.clerks.get(to_unit.pk)
        row.version += 1
        self.rows.append(
            Escalation(
                dispute=row,
                from_unit=from_unit,
                to_unit=to_unit,
                from_level=from_level,
                to_level=to_level,
                cause=cause,
                note=note,
                on=on,
                by=by,
            )
        )

    def ask_up(self, on: dt.date) -> None:
        """The handler asks the level above, where there is one."""
        if self.dispute.level != Level.COUNTY:
            self.go_up(on, EscalationCause.ASKED, texts.ASKED_UP)

    def _above(self, level: Level) -> tuple[Unit, Level]:
        row = self.dispute
        if level == Level.GROUP:
            return row.holder, Level.VILLAGE
        if level == Level.VILLAGE and row.holder.parent is not None:
            return row.holder.parent, Level.TOWNSHIP
        return row.county, NEXT_LEVEL.get(level, Level.COUNTY)

    def pause(self, on: dt.date, days: int | None) -> None:
        """Days that do not count; None: they still go on."""
        row = self.dispute
        if on > self.today or on < row.level_since:
            return
        ends_on = on + dt.timedelta(days=days) if days else None
        if ends_on is not None and ends_on > self.today:
            ends_on = None
        self.rows.append(
            ClockPause(
                dispute=row,
                starts_on=on,
                ends_on=ends_on,
                reason=self.dice.choice(texts.PAUSES),
                by=row.handler,
            )
        )
        self.is_paused = ends_on is None
        if ends_on is not None and days:
            row.level_due_on = due_day(row.level_since, self.terms.level_days, days)
            if row.accepted_on:
                row.due_on = due_day(row.accepted_on, self.terms.settle_days, days)

    def hand_over(self, to_unit: Unit, on: dt.date, state: HandoverState) -> None:
        """An offer to another unit, and what it answered."""
        row = self.dispute
        if on > self.today or row.state not in OPEN_STATES:
            return
        offer = Handover(
            dispute=row,
            from_unit=row.holder,
            to_unit=to_unit,
            channel=Channel.ADMINISTRATIVE,
            reason=self.dice.choice(texts.HAND_OVER),
            state=state,
            asked_at=moment(on, 10),
            asked_by=row.handler,
        )
        if state != HandoverState.PENDING:
            offer.answered_at = moment(on, 15)
            offer.answered_by = self.clerks.get(to_unit.pk)
            offer.answer = texts.REFUSED[0] if state == HandoverState.REFUSED else "同意接收"
        if state == HandoverState.ACCEPTED:
            row.holder, row.handler, row.mediator = to_unit, self.clerks.get(to_unit.pk), None
            row.channel = Channel.ADMINISTRATIVE
        row.version += 1
        self.rows.append(offer)

    def record(self, kind: RecordKind, on: dt.date, text: str) -> None:
        if on > self.today:
            return
        self.rows.append(
            MediationRecord(
                dispute=self.dispute,
                kind=kind,
                on=on,
                place="" if kind == RecordKind.RIGHTS else self.dispute.place,
                attending="双方当事人、调解员" if kind == RecordKind.SITTING else "",
                text=self.tell(text),
                recorded_by=self.dispute.handler,
            )
        )

    def agree(self, on: dt.date, *, is_complete: bool) -> bool:
        """An agreement; without seal and signatures it is a draft."""
        row, dice = self.dispute, self.dice
        if not self.move(Move.AGREE, on):
            return False
        row.settled_level = row.level
        form = AgreementForm.ORAL if dice.random() < 0.4 else AgreementForm.WRITTEN
        manner = dice.choice(texts.MANNERS)
        self.agreement = Agreement(
            dispute=row,
            form=form,
            agreed_on=on,
            facts=self.tell(texts.AGREED_FACTS),
            content=self.tell(texts.CONTENT.replace("{manner}", manner)),
            manner=manner,
            place=row.place,
            amount=row.amount,
            perform_by=on + dt.timedelta(days=dice.choice((7, 10, 15))),
            is_signed_by_parties=True,
            is_signed_by_mediator=is_complete or form == AgreementForm.ORAL,
            is_sealed=is_complete and form == AgreementForm.WRITTEN,
            effective_on=on if is_complete or form == AgreementForm.ORAL else None,
            recorded_by=row.handler,
        )
        return True

    def confirm(self, on: dt.date, court: str) -> None:
        """Both asked the court; it confirms three weeks later."""
        found = self.agreement
        if found is None or found.effective_on is None or on > self.today:
            return
        found.confirmation = ConfirmationState.ASKED
        found.confirmation_asked_on, found.court = on, court
        ruled_on = on + dt.timedelta(days=21)
        if ruled_on <= self.today:
            found.confirmation, found.confirmed_on = ConfirmationState.CONFIRMED, ruled_on

    def perform(self, on: dt.date) -> None:
        """Paid or done, in one act or in two."""
        found = self.agreement
        if found is None or found.effective_on is None or not self.move(Move.PERFORM, on):
            self.is_over = True
            return
        found.performed_on = on
        parts = 2 if found.manner == "分两次支付" else 1
        for part in range(parts):
            self.rows.append(
                Performance(
                    agreement=found,
                    on=on if part == parts - 1 else found.agreed_on,
                    what=self.dice.choice(texts.PERFORMED),
                    amount=found.amount // parts if found.amount else None,
                    recorded_by=self.dispute.handler,
                )
            )

    def visit(self, on: dt.date) -> None:
        dice = self.dice
        if not self.move(Move.FOLLOW, on):
            return
        is_flaring_up = dice.random() < 0.03
        happy = Satisfaction.SATISFIED if dice.random() < 0.9 else Satisfaction.FAIR
        self.rows.append(
            FollowVisit(
                dispute=self.dispute,
                on=on,
                is_performed=True,
                satisfaction=Satisfaction.UNSATISFIED if is_flaring_up else happy,
                is_flaring_up=is_flaring_up,
                text=self.tell(texts.FLARING if is_flaring_up else texts.VISIT),
                recorded_by=self.dispute.handler,
            )
        )


def moment(day: dt.date, hour: int) -> dt.datetime:
    """A time of that day, never in the future."""
    return min(timezone.make_aware(dt.datetime.combine(day, dt.time(hour, 20))), timezone.now())

"""The question of auto-schedule: a form that lives in the page's address, and the way from and to a PlanRequest."""

from datetime import date

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.package_desk.delivery import DeliveryForm, Offer
from admin_ext.purchases import PurchaseCard
from clinic.enums import CANCELLED_STATUSES, Weekday
from clinic.models import Appointment, PackagePurchase
from clinic.scheduling.planning import PlanRequest, Preferences
from clinic.scheduling.planning.question import request_of

MOST_A_DAY, MOST_A_WEEK, LONGEST_GAP, LONGEST_EXTENSION = 6, 30, 60, 366
DAYS = dict(Weekday.choices)


def native(kind: str, **attrs) -> forms.DateInput:
    """An input with the browser's own picker."""
    style = {"date": "%Y-%m-%d", "time": "%H:%M"}[kind]
    widget = forms.DateInput if kind == "date" else forms.TimeInput
    return widget(format=style, attrs={"type": kind, "class": "field", **attrs})


def number(least: int, most: int, **kwargs) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "field", "min": least, "max": most, "inputmode": "numeric"})
    return forms.IntegerField(min_value=least, max_value=most, widget=widget, **kwargs)


class QuestionForm(DeliveryForm):
    """Who, when and how; bound to a query that is complete (`full_query`)."""

    first_day = forms.DateField(label=gettext_lazy("From"), widget=native("date"))
    last_day = forms.DateField(label=gettext_lazy("Until"), widget=native("date"))
    weekday = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Weekdays"),
        coerce=int,
        error_messages={
            "required": gettext_lazy("Choose at least one day of the week."),
            "invalid_choice": gettext_lazy("Choose days of the week among those shown."),
        },
    )
    earliest = forms.TimeField(label=gettext_lazy("Not before"), required=False, widget=native("time", step=300))
    latest = forms.TimeField(label=gettext_lazy("Done by"), required=False, widget=native("time", step=300))
    per_day = number(1, MOST_A_DAY, label=gettext_lazy("Sessions a day"))
    per_week = number(1, MOST_A_WEEK, label=gettext_lazy("Sessions a week"), required=False)
    gap = number(1, LONGEST_GAP, label=gettext_lazy("Days from one to the next"))
    keep_provider = forms.BooleanField(label=gettext_lazy("Keep the same provider"), required=False)
    keep_time = forms.BooleanField(label=gettext_lazy("Keep weekday and time"), required=False)
    keep_order = forms.BooleanField(label=gettext_lazy("Keep the package's order"), required=False)
    extend = forms.IntegerField(
        min_value=0, max_value=LONGEST_EXTENSION, required=False, widget=forms.HiddenInput
    )  # fmt: skip

    def __init__(self, *args, card: PurchaseCard, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.card, self.purchase, self.today = card, card.purchase, today
        self.fields["weekday"].choices = [(day, DAYS[day]) for day in week_from(self.organisation.week_start)]
        for name in ("first_day", "last_day"):
            self.fields[name].widget.attrs |= {"min": today.isoformat(), "max": self.purchase.expires_on.isoformat()}

    @property
    def has_order(self) -> bool:
        return len({item.step for item in self.card.items}) > 1

    def day_options(self) -> list[tuple[int, str, bool]]:
        """Each weekday with its name and whether it is ticked."""
        ticked = self.ticked("weekday")
        return [(day, name, str(day) in ticked) for day, name in self.fields["weekday"].choices]

    def clean_first_day(self) -> date:
        day = self.cleaned_data["first_day"]
        if day < self.today:
            raise forms.ValidationError(_("This day is over. Choose today or a later day."))
        return day

    def clean_extend(self) -> int:
        return self.cleaned_data["extend"] or 0

    def clean(self):
        cleaned = super().clean()
        self.check_days(cleaned.get("first_day"), cleaned.get("last_day"), cleaned.get("extend") or 0)
        earliest, latest = cleaned.get("earliest"), cleaned.get("latest")
        if earliest and latest and latest <= earliest:
            self.add_error("latest", _("This is not after the earliest time."))
        if (cleaned.get("per_day") or 1) > 1 and (cleaned.get("gap") or 1) > 1:
            message = _("Sessions on one day cannot be %(days)d days apart. Choose one of the two.")
            self.add_error("gap", message % {"days": cleaned["gap"]})
        return cleaned

    def check_days(self, first_day: date | None, last_day: date | None, extend: int) -> None:
        if first_day and last_day and last_day < first_day:
            self.add_error("last_day", _("This is before the first day."))
        expires_on = date.fromordinal(self.purchase.expires_on.toordinal() + extend)
        for name, day in (("first_day", first_day), ("last_day", last_day)):
            if day and day > expires_on:
                message = _("The package ends on %(day)s. Choose a day until then.")
                self.add_error(name, message % {"day": date_format(expires_on)})

    def request(self) -> PlanRequest:
        """The question for the planner. Raises PlanRefused when it makes no sense."""
        asked = self.cleaned_data
        return request_of(
            self.purchase,
            providers=self.chosen_rows("provider"),
            clinics=self.chosen_rows("clinic"),
            first_day=asked["first_day"],
            last_day=asked["last_day"],
            preferences=preferences_of(asked),
            extend_days=asked["extend"],
        )


def preferences_of(asked: dict) -> Preferences:
    return Preferences(
        weekdays=frozenset(asked["weekday"]),
        earliest=asked["earliest"],
        latest=asked["latest"],
        sessions_per_day=asked["per_day"],
        sessions_per_week=asked["per_week"],
        min_gap_days=0 if asked["per_day"] > 1 else asked["gap"],
        keep_provider=asked["keep_provider"],
        keep_time=asked["keep_time"],
        keep_order=asked["keep_order"],
    )


def query_of(request: PlanRequest) -> str:
    """The address of a question: what the form is bound to when it is opened."""
    wishes, query = request.preferences, QueryDict(mutable=True)
    query["asked"] = "1"
    query.setlist("clinic", [str(row.pk) for row in request.clinics or ()])
    query.setlist("provider", [str(row.pk) for row in request.providers or ()])
    query.setlist("weekday", [str(day) for day in sorted(wishes.weekdays)])
    query["first_day"], query["last_day"] = request.first_day.isoformat(), request.last_day.isoformat()
    query["per_day"], query["gap"] = str(wishes.sessions_per_day), str(max(1, wishes.min_gap_days))
    optional = {
        "earliest": wishes.earliest and f"{wishes.earliest:%H:%M}",
        "latest": wishes.latest and f"{wishes.latest:%H:%M}",
        "per_week": wishes.sessions_per_week, "extend": request.extend_days,
        **{name: "on" if getattr(wishes, name) else "" for name in ("keep_provider", "keep_time", "keep_order")},
    }  # fmt: skip
    for name, value in optional.items():
        if value:
            query[name] = str(value)
    return query.urlencode()


def full_query(query: QueryDict, purchase: PackagePurchase, offers: list[Offer], *, today: date) -> QueryDict:
    """The query where it is complete; else what it says, and what suits the purchase for the rest."""
    if "asked" in query:
        return query
    full = QueryDict(mutable=True)
    usual = usual_offers(purchase, offers)
    for name in ("clinic", "provider"):
        full.setlist(name, sorted({str(getattr(offer, name).pk) for offer in usual}))
    full.setlist("weekday", [str(day) for day in Weekday.values])
    full["first_day"], full["last_day"] = today.isoformat(), purchase.expires_on.isoformat()
    full["per_day"] = full["gap"] = "1"
    full["keep_provider"] = full["keep_time"] = full["keep_order"] = "on"
    for name, values in query.lists():
        full.setlist(name, values)
    return full


def usual_offers(purchase: PackagePurchase, offers: list[Offer]) -> list[Offer]:
    """The clinics and providers of the purchase's sessions so far, else those of the patient's clinics, else all."""
    booked = Appointment.objects.filter(patient=purchase.patient_id).exclude(status__in=CANCELLED_STATUSES)
    seen = set(booked.order_by().values_list("package_purchase", "clinic", "provider").distinct())
    pairs = {(clinic, provider) for bought, clinic, provider in seen if bought == purchase.pk}
    clinics = {clinic for _bought, clinic, _provider in seen}
    return (
        [offer for offer in offers if (offer.clinic.pk, offer.provider.pk) in pairs]
        or [offer for offer in offers if offer.clinic.pk in clinics]
        or offers
    )


def week_from(first: int) -> list[int]:
    """The ISO weekdays in order, beginning with `first`."""
    return [(first - 1 + days) % 7 + 1 for days in range(7)]

"""The question of auto-schedule: a form that lives in the page's address, and the way from and to a PlanRequest."""

from datetime import date, timedelta

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from admin_ext.package_desk.delivery import DeliveryForm, Offer
from admin_ext.package_desk.wishes import DEFAULTS, WishesForm, preferences_of
from admin_ext.purchases import PurchaseCard
from admin_ext.scope import KEY_LENGTH, own_rows
from clinic.enums import CANCELLED_STATUSES
from clinic.models import Appointment, Clinic, Organisation, PackagePurchase, Provider
from clinic.scheduling.planning import PlanRequest
from clinic.scheduling.planning.question import request_of

LONGEST_EXTENSION = 366  # days


class QuestionForm(WishesForm, DeliveryForm):
    """Who, when and how; bound to a query that is complete (`full_query`)."""

    extend = forms.IntegerField(
        min_value=0, max_value=LONGEST_EXTENSION, required=False, widget=forms.HiddenInput
    )  # fmt: skip

    def __init__(self, *args, card: PurchaseCard, **kwargs):
        super().__init__(*args, **kwargs)
        self.card, self.purchase = card, card.purchase
        for name in ("first_day", "last_day"):
            self.fields[name].widget.attrs["max"] = self.purchase.expires_on.isoformat()

    @property
    def has_order(self) -> bool:
        return len({item.step for item in self.card.items}) > 1

    def clean_extend(self) -> int:
        return self.cleaned_data["extend"] or 0

    def clean(self):
        cleaned = super().clean()
        expires_on = self.purchase.expires_on + timedelta(cleaned.get("extend") or 0)
        for name in ("first_day", "last_day"):
            if (day := cleaned.get(name)) and day > expires_on:
                message = _("The package ends on %(day)s. Choose a day until then.")
                self.add_error(name, message % {"day": date_format(expires_on)})
        return cleaned

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
    full["first_day"], full["last_day"] = today.isoformat(), purchase.expires_on.isoformat()
    for name, values in [*DEFAULTS.items(), *query.lists()]:
        full.setlist(name, values)
    return full


def without_gone(query: QueryDict, organisation: Organisation) -> tuple[QueryDict, list[str]]:
    """The query without what an old address may name and nobody can plan with any more, and that in sentences.

    A row of another organisation is as if it were not there.
    """
    usable, gone = query.copy(), []
    for name, model, unknown in (
        ("clinic", Clinic, _("A clinic named in this address is no longer there: planned without it.")),
        ("provider", Provider, _("A provider named in this address is no longer there: planned without.")),
    ):
        asked = query.getlist(name)
        keys = {key for key in asked if key.isdecimal() and len(key) <= KEY_LENGTH}
        rows = {str(row.pk): row for row in own_rows(model, organisation).filter(pk__in=keys)}
        usable.setlist(name, [key for key in asked if key in rows and rows[key].active])
        if not usable.getlist(name):
            usable.pop(name)
        message = _("%(name)s is no longer active: planned without.")
        gone += [message % {"name": row.name} for row in rows.values() if not row.active]
        gone += [unknown] if any(key not in rows for key in asked) else []
    if not is_extension(query.get("extend", "")):
        message = _("The extension in this address is not a number of days up to %(most)d: planned without.")
        gone.append(message % {"most": LONGEST_EXTENSION})
        del usable["extend"]
    return usable, gone


def is_extension(text: str) -> bool:
    return not text or (text.isdecimal() and len(text) <= KEY_LENGTH and int(text) <= LONGEST_EXTENSION)


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

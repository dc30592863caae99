"""Who can deliver what is left of a purchase, and the form that chooses among them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django import forms
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from admin_ext.forms import ClinicForm
from clinic.models import Appointment, Clinic, Patient, Provider, PurchaseItem, Service
from clinic.packages.balance import Balance
from clinic.packages.selectors import clinics_for, providers_for


class Offer(NamedTuple):
    """At this clinic this provider gives this service."""

    clinic: Clinic
    provider: Provider
    service: Service


@dataclass(frozen=True)
class Option:
    """A clinic or a provider to tick, with the services it stands for."""

    row: Clinic | Provider
    services: list[Service]
    providers: int
    clinics: list[str]  # keys
    chosen: bool


def offers_for(items: Mapping[PurchaseItem, Balance]) -> list[Offer]:
    """Who gives what is free of these items, by clinic, then by name; a fixed number of queries."""
    services = [item.service for item, balance in items.items() if balance.free > 0]
    clinics = {clinic.pk: clinic for clinic in clinics_for(services).order_by("code")}
    deliverers = providers_for(services, clinics.values())
    prefetch_related_objects(services, "clinics")
    prefetch_related_objects([deliverer.provider for deliverer in deliverers], "clinics")
    places = {service.pk: {clinic.pk for clinic in service.clinics.all()} for service in services}
    return [
        Offer(clinic, deliverer.provider, service)
        for clinic in clinics.values()
        for deliverer in deliverers
        for service in deliverer.services
        if clinic.pk in places[service.pk] and clinic in deliverer.provider.clinics.all()
    ]


def usual_clinics(patient: Patient) -> set[int]:
    """The keys of the clinics where the patient has been or is expected."""
    return set(Appointment.objects.filter(patient=patient).order_by().values_list("clinic", flat=True).distinct())


class DeliveryForm(ClinicForm):
    """Clinics and providers for what is left of a purchase; whoever does not deliver it is refused."""

    clinic = forms.TypedMultipleChoiceField(
        label=_("Clinics"),
        coerce=int,
        error_messages={
            "required": _("Choose at least one clinic."),
            "invalid_choice": _("One of these clinics delivers nothing of this package. Choose among those shown."),
        },
    )
    provider = forms.TypedMultipleChoiceField(
        label=_("Providers"),
        coerce=int,
        error_messages={
            "required": _("Choose at least one provider."),
            "invalid_choice": _("One of these providers gives nothing of this package. Choose among those shown."),
        },
    )

    def __init__(self, *args, offers: Iterable[Offer], **kwargs):
        super().__init__(*args, **kwargs)
        self.offers = list(offers)
        for name in ("clinic", "provider"):
            rows = unique(getattr(offer, name) for offer in self.offers)
            self.fields[name].choices = [(row.pk, row.name) for row in rows]

    def clean(self):
        cleaned = super().clean()
        clinics = cleaned.get("clinic")
        for provider in self.chosen_rows("provider") if clinics else []:
            if not any(offer.provider == provider and offer.clinic.pk in clinics for offer in self.offers):
                message = _("%(provider)s delivers nothing of this package at the clinics chosen.")
                self.add_error("provider", message % {"provider": provider.name})
        return cleaned

    def chosen_rows(self, name: str) -> list:
        keys = self.cleaned_data.get(name, ())
        return [row for row in unique(getattr(offer, name) for offer in self.offers) if row.pk in keys]

    def ticked(self, name: str) -> set[str]:
        """What is ticked, valid or not, as text."""
        return {str(key) for key in self[name].value() or ()}

    def clinic_options(self) -> list[Option]:
        return self.options("clinic", self.offers)

    def provider_options(self) -> list[Option]:
        """The providers of the clinics ticked."""
        clinics = self.ticked("clinic")
        return self.options("provider", [offer for offer in self.offers if str(offer.clinic.pk) in clinics])

    def all_provider_options(self) -> list[Option]:
        return self.options("provider", self.offers)

    def options(self, name: str, offers: list[Offer]) -> list[Option]:
        ticked = self.ticked(name)
        options = []
        for row in unique(getattr(offer, name) for offer in offers):
            mine = [offer for offer in offers if getattr(offer, name) == row]
            services = unique(offer.service for offer in mine)
            providers = len({offer.provider.pk for offer in mine})
            clinics = [str(clinic.pk) for clinic in unique(offer.clinic for offer in mine)]
            options.append(Option(row, services, providers, clinics, str(row.pk) in ticked))
        return options


def unique[T](rows: Iterable[T]) -> list[T]:
    """The rows in their order, each once."""
    return list(dict.fromkeys(rows))

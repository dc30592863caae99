"""Whose appointments the board shows."""

from dataclasses import dataclass

from django.http import QueryDict

from admin_ext.scope import own_rows
from clinic.models import Clinic, Organisation, Provider


@dataclass
class Choice:
    """Which clinics and which provider the board shows, as its address says; all where it names none of one's own."""

    clinics: list[Clinic]
    providers: list[Provider]
    chosen: list[Clinic]
    provider: Provider | None

    @classmethod
    def of(cls, organisation: Organisation, query: QueryDict) -> "Choice":
        clinics = list(own_rows(Clinic, organisation).filter(active=True))
        providers = list(own_rows(Provider, organisation).filter(active=True))
        wanted = set(query.getlist("clinic"))
        chosen = [clinic for clinic in clinics if str(clinic.pk) in wanted]
        provider = next((one for one in providers if str(one.pk) == query.get("provider")), None)
        return cls(clinics, providers, chosen or clinics, provider)

    @property
    def treating(self) -> list[Provider] | None:
        """The chosen provider alone; None for all."""
        return [self.provider] if self.provider else None

    @property
    def is_all(self) -> bool:
        return len(self.chosen) == len(self.clinics)

    @property
    def query(self) -> str:
        """The same choice as the query of an address."""
        query = QueryDict(mutable=True)
        if not self.is_all:
            query.setlist("clinic", [str(clinic.pk) for clinic in self.chosen])
        if self.provider:
            query["provider"] = str(self.provider.pk)
        return query.urlencode()

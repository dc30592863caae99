"""Staff logins, the providers who treat, and the patients."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from clinic.enums import Channel, Language, Sex
from clinic.models.base import BilingualMixin, RecordedModel, choice_check, in_language
from clinic.models.fields import SearchTextField


class User(AbstractUser):
    """A login. People of the platform have no organisation and see no tenant's rows."""

    organisation = models.ForeignKey(
        "clinic.Organisation", verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="users",
        null=True, blank=True,
    )  # fmt: skip
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)

    class Meta(AbstractUser.Meta):
        constraints = [choice_check("language", Language)]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Provider(BilingualMixin, RecordedModel):
    user = models.OneToOneField(
        User, verbose_name=_("login"), on_delete=models.SET_NULL, related_name="provider", null=True, blank=True
    )
    code = models.CharField(_("code"), max_length=20)
    specialty = models.CharField(_("specialty"), max_length=80, blank=True)
    specialty_ar = models.CharField(_("specialty in Arabic"), max_length=80, blank=True)
    clinics = models.ManyToManyField("clinic.Clinic", verbose_name=_("clinics"), related_name="providers", blank=True)
    colour = models.CharField(_("colour"), max_length=7, default="#0f766e", help_text=_("As in #0f766e."))
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = pgettext_lazy("a", "provider")
        verbose_name_plural = _("providers")
        ordering = ["name_en"]
        constraints = [
            models.UniqueConstraint(
                name="provider_code_is_unique",
                fields=["organisation", "code"],
                violation_error_message=_("Another provider has this code."),
            )
        ]

    @property
    def specialty_name(self) -> str:
        """The specialty in the page's language, in English where the Arabic one is missing."""
        return in_language(get_language(), self.specialty, self.specialty_ar)


class Patient(BilingualMixin, RecordedModel):
    file_number = models.CharField(_("file number"), max_length=40)
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex, default=Sex.UNKNOWN)
    phone = PhoneNumberField(_("phone"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ARABIC)
    preferred_channel = models.CharField(_("preferred channel"), max_length=10, choices=Channel, default=Channel.SMS)
    accepts_messages = models.BooleanField(_("accepts messages"), default=True)
    notes = models.TextField(_("notes"), blank=True)
    user = models.OneToOneField(
        User, verbose_name=_("login"), on_delete=models.SET_NULL, related_name="patient", null=True, blank=True,
        editable=False,
    )  # fmt: skip
    active = models.BooleanField(_("active"), default=True)
    search_text = SearchTextField(sources=("name_en", "name_ar", "phone", "file_number"))

    class Meta:
        verbose_name = pgettext_lazy("a", "patient")
        verbose_name_plural = _("patients")
        ordering = ["name_en", "pk"]
        indexes = [models.Index(name="patient_by_name", fields=["organisation", "name_en", "id"])]
        constraints = [
            models.UniqueConstraint(
                name="patient_file_number_is_unique",
                fields=["organisation", "file_number"],
                violation_error_message=_("Another patient has this file number."),
            ),
            choice_check("sex", Sex),
            choice_check("language", Language),
            choice_check("preferred_channel", Channel),
        ]


class FileNumber(models.Model):
    """The last file number given out in an organisation; locked while the next one is taken."""

    organisation = models.OneToOneField("clinic.Organisation", on_delete=models.PROTECT, related_name="+")
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last)

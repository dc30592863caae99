"""Two column types of our own: lengths entered in minutes, and text prepared for search."""

import unicodedata
from datetime import timedelta

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

ARABIC_FOLDS = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ة": "ه", "ى": "ي", "ئ": "ي", "ؤ": "و", "ـ": None}
)


def fold(text: str) -> str:
    """Text as people search for it: lower case, no accents or vowel signs, one alef, Latin digits.

    >>> fold("Éva أحمد ٠٥٥") == "eva احمد 055"
    True
    """
    folded = unicodedata.normalize("NFKD", text.translate(ARABIC_FOLDS))
    letters = (c for c in folded if not unicodedata.combining(c))
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in letters).casefold()


class MinutesFormField(forms.IntegerField):
    def prepare_value(self, value):
        return int(value.total_seconds() // 60) if isinstance(value, timedelta) else value

    def to_python(self, value):
        minutes = super().to_python(value)
        return None if minutes is None else timedelta(minutes=minutes)

    def validate(self, value):
        forms.Field.validate(self, value)

    def run_validators(self, value):
        """Compare whole minutes: the bounds are numbers, the value is a length."""
        super().run_validators(None if value is None else int(value.total_seconds() // 60))


class MinutesField(models.DurationField):
    """A length of time, a `timedelta` in Python and whole minutes on every form."""

    def formfield(self, **kwargs):
        return super().formfield(
            **{
                "form_class": MinutesFormField,
                "min_value": 0,
                "max_value": 24 * 60,
                "help_text": _("In minutes."),
                **kwargs,
            }
        )


class SearchTextField(models.TextField):
    """The folded text of `sources`, kept true by every save of the row; never edited by hand."""

    def __init__(self, *args, sources: tuple[str, ...] = (), **kwargs):
        self.sources = sources
        super().__init__(*args, **{"editable": False, "default": "", **kwargs})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "sources": self.sources}

    def pre_save(self, model_instance, add):
        text = fold(" ".join(self._stored(model_instance, source) for source in self.sources))
        setattr(model_instance, self.attname, text)
        return text

    def _stored(self, model_instance, source: str) -> str:
        """As the column keeps it: a phone number without the blanks it is shown with."""
        field = model_instance._meta.get_field(source)
        return field.get_prep_value(getattr(model_instance, field.attname)) or ""


class Money(models.DecimalField):
    """An amount to the cent, in the organisation's currency."""

    def __init__(self, *args, max_digits: int = 10, decimal_places: int = 2, **kwargs) -> None:
        super().__init__(*args, max_digits=max_digits, decimal_places=decimal_places, **kwargs)

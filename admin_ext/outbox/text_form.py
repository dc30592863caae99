"""The words of one kind of message as they are edited: each language by itself, for every channel or for one."""

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import INPUT_CLASSES, TEXTAREA_CLASSES

from admin_ext.forms import ClinicForm
from clinic.enums import Channel, Language, MessageKind
from clinic.errors import ClinicError, Refusal
from clinic.messaging.texts.segments import Segments, segments
from clinic.messaging.texts.templates import Words, sample, shipped, words_version
from clinic.models import MessageTemplate, Organisation, User

ROWS = 7


class TextForm(ClinicForm):
    """What is right of it is decided by the service, whose sentences name the field that is wrong."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    channel = forms.ChoiceField(choices=[("", ""), *Channel.choices], required=False, widget=forms.HiddenInput)
    subject = forms.CharField(
        label=gettext_lazy("subject"), required=False, widget=forms.TextInput({"class": " ".join(INPUT_CLASSES)})
    )
    body = forms.CharField(
        label=gettext_lazy("text"), required=False,
        widget=forms.Textarea({"class": " ".join(TEXTAREA_CLASSES), "rows": ROWS}),
    )  # fmt: skip

    def __init__(self, *args, language: Language, **kwargs):
        super().__init__(*args, prefix=language, **kwargs)
        direction = {"lang": language, "dir": "rtl" if language == Language.ARABIC else "ltr"}
        for name in ("subject", "body"):
            self.fields[name].widget.attrs |= direction | {"aria-describedby": f"text-help-{language}"}

    def lock(self) -> None:
        """The words can be read and copied, not typed over."""
        for name in ("subject", "body"):
            self.fields[name].widget.attrs["readonly"] = True


@dataclass(frozen=True)
class Preview:
    """How a message looks to somebody who does not exist, or why it cannot be written like this."""

    language: Language
    channel: str
    subject: str = ""
    body: str = ""
    is_own: bool = True
    refusals: tuple[Refusal, ...] = ()

    @property
    def is_mail(self) -> bool:
        return self.channel in ("", Channel.EMAIL)

    @property
    def pieces(self) -> Segments | None:
        """Of an SMS. Own words for every channel are sent by SMS too; those that come with the clinic are shorter."""
        is_sms = self.channel == Channel.SMS or (not self.channel and self.is_own)
        return segments(self.body) if self.body and is_sms else None


@dataclass(frozen=True)
class Text:
    """The words of one language: `form` to edit them, `source` of whom they are; `row` where they are one's own.

    Where somebody else has written meanwhile (`is_overtaken`), the form holds what was typed beside `words`.
    """

    language: Language
    form: TextForm
    preview: Preview
    source: str
    words: Words
    row: MessageTemplate | None = None
    is_overtaken: bool = False
    written_by: User | None = None
    said: str = ""
    warned: tuple[str, ...] = ()


def preview_of(
    kind: MessageKind, language: Language, channel: str, organisation: Organisation, **words: str
) -> Preview:
    """Of these words, `subject` and `body`, or else of those that are in force."""
    try:
        subject, body = sample(kind, language, channel, organisation=organisation, **words)
    except ClinicError as refusal:
        return Preview(language, channel, refusals=tuple(refusal.reasons))
    return Preview(language, channel, subject, body, is_own=bool(words))


def texts_of(organisation: Organisation, kind: MessageKind, channel: str) -> list[Text]:
    """The words of each language as they are in force. Two queries."""
    rows = MessageTemplate.objects.of(organisation).filter(kind=kind, channel__in=["", channel])
    own = {(row.language, row.channel): row for row in rows}
    writers = writers_of(list(own.values()))
    return [text_of(organisation, kind, language, channel, own, writers) for language in Language]


def text_of(organisation, kind, language, channel, own, writers) -> Text:
    row, general = own.get((language, channel)), own.get((language, ""))
    words = row or general or shipped(kind, language, channel)
    initial = {"channel": channel, "subject": words.subject, "body": words.body, "version": words_version(row)}
    return Text(
        language=language,
        form=TextForm(language=language, organisation=organisation, initial=initial),
        preview=preview_of(kind, language, channel, organisation, subject=words.subject, body=words.body)
        if row or general
        else preview_of(kind, language, channel, organisation),
        source=source_words(row, general),
        words=Words(words.subject, words.body),
        row=row,
        written_by=writers.get(row.pk) if row else None,
    )


def source_words(row: MessageTemplate | None, general: MessageTemplate | None) -> str:
    if row:
        return _("Your own words")
    return _("Your own words for every channel") if general else _("The words that come with the clinic")


def writers_of(rows: list[MessageTemplate]) -> dict[int, User | None]:
    """By key, who has written the row last; one query."""
    versions = MessageTemplate.history.filter(id__in=[row.pk for row in rows]).select_related("history_user")
    return {version.id: version.history_user for version in versions.order_by("history_date", "history_id")}

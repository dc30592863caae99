"""Where an administrator edits the words of messages, beside how they look."""

from dataclasses import replace
from functools import cached_property

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.forms import add_refusal
from admin_ext.outbox.doubts import doubts
from admin_ext.outbox.text_form import Preview, TextForm, preview_of, texts_of
from admin_ext.pages import StaffPage
from admin_ext.roles import CHANGE_TEMPLATES, SEE_TEMPLATES
from clinic.enums import Channel, Language, MessageKind
from clinic.errors import ChangedMeanwhile, ClinicError
from clinic.messaging.texts.templates import fields_of, own_template, restore_template, words_version, write_template
from clinic.models import Message, MessageTemplate


class TemplatesPage(StaffPage):
    """Every kind of message, and for which languages and channels the organisation has words of its own."""

    title = gettext_lazy("Texts of messages")
    permission_required = SEE_TEMPLATES
    template_name = "admin_ext/outbox/templates.html"
    context_model = Message

    def get_context_data(self, **kwargs):
        own: dict[str, list[MessageTemplate]] = {}
        for row in MessageTemplate.objects.of(self.organisation):
            own.setdefault(row.kind, []).append(row)
        return super().get_context_data(kinds=[(kind, own.get(kind, [])) for kind in MessageKind], **kwargs)


class OfKind(StaffPage):
    """A page about the words of one kind; `channel` in the question is empty for every channel."""

    template_name = "admin_ext/outbox/template.html"
    context_model = Message

    @cached_property
    def kind(self) -> MessageKind:
        return one_of(MessageKind, self.kwargs["kind"])

    @cached_property
    def language(self) -> Language:
        return one_of(Language, self.kwargs["language"])

    @cached_property
    def channel(self) -> str:
        asked = self.request.POST or self.request.GET
        name = asked.get(f"{self.kwargs.get('language', '')}-channel") or asked.get("channel") or ""
        return one_of(Channel, name) if name else ""

    @property
    def title(self) -> str:
        return self.kind.label

    def get_context_data(self, **kwargs):
        shown = {"kind": self.kind, "channel": self.channel, "fields": fields_of(self.kind)}
        channels = [("", _("Every channel")), *Channel.choices]
        texts = kwargs.pop("texts", None) or texts_of(self.organisation, self.kind, self.channel)
        if not self.request.user.has_perm(CHANGE_TEMPLATES):
            for text in texts:
                text.form.lock()
        return super().get_context_data(**{**kwargs, **shown, "channels": channels, "texts": texts})

    @property
    def address_of_kind(self) -> str:
        return reverse("admin:message_template", args=[self.kind])

    @property
    def address(self) -> str:
        return f"{self.address_of_kind}?channel={self.channel}" if self.channel else self.address_of_kind


class TemplatePage(OfKind):
    """Both languages side by side."""

    permission_required = SEE_TEMPLATES


class TextPage(OfKind):
    """POST the words of one language, and the `version` seen; what is typed stays until it is saved.

    What is wrong with it stands above it. Somebody else's newer words are shown beside it; saving again is then a
    decision.
    """

    permission_required = CHANGE_TEMPLATES
    http_method_names = ["post"]
    fragment_name = "admin_ext/outbox/text.html"

    @cached_property
    def form(self) -> TextForm:
        return TextForm(self.request.POST, language=self.language, organisation=self.organisation)

    @property
    def words(self) -> dict[str, str]:
        self.form.is_valid()
        return {name: self.form.cleaned_data.get(name, "") for name in ("subject", "body")}

    @property
    def preview(self) -> Preview:
        """How what is typed would look."""
        return preview_of(self.kind, self.language, self.channel, self.organisation, **self.words)

    def post(self, request, kind, language):
        try:
            write_template(*self.place, **self.words, expected_version=self.version, by=request.user)
        except ChangedMeanwhile as refusal:
            return self.overtaken(refusal)
        except ClinicError as refusal:
            add_refusal(self.form, refusal)
            return self.render_to_response(self.again(form=self.form, preview=self.preview))
        warned = tuple(doubts(self.organisation, self.kind, **self.words))
        return self.done(_("The text is saved. Messages written from now on have these words."), warned)

    @property
    def place(self) -> tuple:
        return self.organisation, self.kind, self.language, self.channel

    @property
    def version(self) -> str:
        return self.request.POST.get(f"{self.language}-version", "")

    def overtaken(self, refusal: ChangedMeanwhile) -> HttpResponse:
        """Both versions; the form carries the newer one's from now on."""
        theirs = own_template(*self.place)
        preview = self.preview
        self.form.data = {**self.form.data.dict(), self.form.add_prefix("version"): words_version(theirs)}
        add_refusal(self.form, refusal)
        return self.render_to_response(self.again(form=self.form, preview=preview, is_overtaken=True))

    def done(self, sentence: str, warned: tuple[str, ...] = ()) -> HttpResponse:
        if self.is_htmx:
            return self.render_to_response(self.again(said=sentence, warned=warned))
        if sentence:
            messages.success(self.request, sentence)
        for doubt in warned:
            messages.warning(self.request, doubt)
        return self.leave(self.address)

    def again(self, **changed) -> dict:
        """The page's context with this language as it is now."""
        texts = texts_of(self.organisation, self.kind, self.channel)
        texts = [replace(text, **changed) if text.language == self.language else text for text in texts]
        return self.get_context_data(texts=texts, text=next(one for one in texts if one.language == self.language))


class RestoreTextPage(TextPage):
    """POST the `version` seen goes back to the words that come with the clinic."""

    def post(self, request, kind, language):
        try:
            restore_template(*self.place, expected_version=self.version, by=request.user)
        except ChangedMeanwhile as refusal:
            return self.done("", (str(refusal),))
        except ClinicError as refusal:
            return self.done(str(refusal))
        return self.done(_("The words that come with the clinic are back."))


class TextPreviewPage(TextPage):
    """POST the words as they are being typed to read what a patient would; nothing is saved."""

    fragment_name = template_name = "admin_ext/outbox/text_preview.html"

    def post(self, request, kind, language):
        return self.render_to_response({"preview": self.preview})


def one_of(choices, value: str):
    """The member of an enumeration with this value; not found if there is none."""
    if value not in choices.values:
        raise Http404
    return choices(value)

"""Arabic is complete: every text of ours and of the packages we show, with its values, as it was compiled."""

import gettext
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import axes
import django_otp
import django_q
import import_export
import pytest
import simple_history
import unfold
from django.contrib import admin
from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from phonenumber_field.phonenumber import PhoneNumber

from admin_ext.navigation import patient_result
from clinic.models import Patient
from tests.translatable import CONTEXT_END, Entry, catalogue, python_texts, template_texts, texts_below

ROOT = Path(__file__).resolve().parent.parent
APPS = ("clinic", "admin_ext", "reports")
VALUE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
ATTRIBUTES = re.compile(r'\s*[\w:-]+="')  # a template that stands inside the tag of another
PLURAL_FORMS = 6
EXACT_FORMS = 3  # those for none, one and two may say so in a word, without the number

#: Where the packages that we show keep texts, and what below that never comes onto a page.
PACKAGES = {package: Path(package.__file__).parent for package in (unfold, import_export, simple_history, axes)}
PACKAGES |= {package: Path(package.__file__).parent for package in (django_q, django_otp)}
UNUSED = re.compile(r"/contrib/(constance|guardian|hijack|reversion\w*)/|/otp_email/|/django_q/(?!models|admin)")


def compiled_from(folder: str) -> list[Path]:
    return sorted((ROOT / folder).glob("locale/ar/LC_MESSAGES/*.po"))


def all_catalogues() -> list[Path]:
    return [po for folder in (*APPS, "admin_ext/vendor") for po in compiled_from(folder)]


def answers_of(folder: str) -> dict[str, Entry]:
    return {text: entry for po in compiled_from(folder) for text, entry in catalogue(po).items()}


def named(po: Path) -> str:
    return str(po.relative_to(ROOT))


@pytest.mark.parametrize("app", APPS)
def test_every_text_of_ours_has_an_arabic_answer(app):
    known = answers_of(app)
    missing = [
        f"{file.relative_to(ROOT)}: {texts[0]}"
        for texts, file in texts_below(ROOT / app).items()
        if texts[0] not in known or known[texts[0]].plural != "".join(texts[1:])
    ]

    assert missing == [], "make messages gathers them; then they want translating"


@pytest.mark.parametrize("app", APPS)
def test_no_answer_is_kept_for_a_text_that_is_gone(app):
    used = {texts[0] for texts in texts_below(ROOT / app)}
    translated = {text for po in compiled_from(app) if po.name == "django.po" for text in catalogue(po)} - {""}

    assert translated - used == set()


@pytest.mark.parametrize("po", all_catalogues(), ids=named)
def test_every_answer_is_whole(po):
    entries = {text: entry for text, entry in catalogue(po).items() if text}

    assert entries
    assert [text for text, entry in entries.items() if entry.is_fuzzy or not all(entry.answers)] == []
    assert [
        text for text, entry in entries.items() if len(entry.answers) != (PLURAL_FORMS if entry.plural else 1)
    ] == []


@pytest.mark.parametrize("po", all_catalogues(), ids=named)
def test_every_answer_keeps_the_values_of_its_text(po):
    broken = [
        (text, answer)
        for text, entry in catalogue(po).items()
        for form, answer in enumerate(entry.answers)
        if text and not keeps_values(text, entry, form, answer)
    ]

    assert broken == []


def keeps_values(text: str, entry: Entry, form: int, answer: str) -> bool:
    asked = sorted(VALUE.findall(entry.plural or text.split(CONTEXT_END)[-1]))
    given = sorted(VALUE.findall(answer))
    if entry.plural and form < EXACT_FORMS:
        return set(given) <= set(asked) and len(set(asked) - set(given)) <= 1
    return given == asked


@pytest.mark.parametrize("po", all_catalogues(), ids=named)
def test_directions_that_are_opened_are_closed(po):
    marks = {"\u2066": 1, "\u2068": 1, "\u2069": -1}
    answers = [answer for entry in catalogue(po).values() for answer in entry.answers]

    assert [answer for answer in answers if sum(marks.get(letter, 0) for letter in answer)] == []


@pytest.mark.parametrize("po", all_catalogues(), ids=named)
def test_the_compiled_catalogue_is_that_of_the_sources(po):
    with po.with_suffix(".mo").open("rb") as file:
        translations = gettext.GNUTranslations(file)
    expected = {
        (text, form) if entry.plural else text: answer
        for text, entry in catalogue(po).items()
        for form, answer in enumerate(entry.answers)
        if text
    }

    compiled = {text: answer for text, answer in translations._catalog.items() if text}

    assert compiled == expected


def test_a_text_has_one_answer_wherever_it_stands():
    """Django merges the catalogues: of two answers one would win unseen."""
    ours, theirs = answers_of("clinic"), answers_of("admin_ext")

    assert [text for text in ours if text and text in theirs and ours[text].answers != theirs[text].answers] == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_what_packages_say_on_our_pages_is_arabic(package):
    asked = {
        texts
        for file in sorted(PACKAGES[package].rglob("*"))
        if file.suffix in (".py", ".html") and not UNUSED.search(file.as_posix())
        for texts in (python_texts if file.suffix == ".py" else template_texts)(file.read_text())
        if has_word(VALUE.sub("", texts[0])) and CONTEXT_END not in texts[0]
    }
    with override("ar"):
        english = [texts for texts in asked if answer_to(texts) in texts]

    assert asked
    assert english == []


def answer_to(texts: tuple[str, ...]) -> str:
    return ngettext(*texts, 5) if len(texts) == 2 else _(texts[0])


def test_scripts_of_the_admin_speak_arabic(rf):
    with override("ar"):
        script = admin.site.i18n_javascript(rf.get("/")).content.decode()

    assert json.dumps({"Today (%(date)s)": "اليوم (%(date)s)"})[1:-1] in script


def test_arabic_dates_and_amounts_are_written_as_in_saudi_arabia():
    with override("ar"):
        assert date_format(datetime(2026, 1, 12, 14, 5, tzinfo=UTC), "DATETIME_FORMAT") == "12 يناير 2026، 14:05"
        assert date_format(datetime(2026, 1, 12, tzinfo=UTC), "D j M") == "الاثنين 12 يناير"
        assert localize(Decimal("1234.50")) == "1234.50"


def test_the_palette_keeps_numbers_from_left_to_right():
    patient = Patient(pk=1, file_number="10174", phone=PhoneNumber.from_string("+966586031598"))

    description = patient_result(patient).description

    assert description == "\u206610174\u2069 · \u2066+966 58 603 1598\u2069"


class BareTexts(HTMLParser):
    """Collects what a reader of a template would see or hear that no tag of Django has made."""

    SPOKEN = ("aria-label", "alt", "placeholder", "title")
    SILENT = ("script", "style", "kbd", "code")

    def __init__(self) -> None:
        super().__init__()
        self.bare: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.inside.append("icon" if "material-symbols-outlined" in dict(attrs).get("class", "") else tag)
        self.bare += [value for name, value in attrs if name in self.SPOKEN and has_word(value or "")]

    def handle_endtag(self, tag):
        if self.inside:
            self.inside.pop()

    def handle_data(self, data):
        if has_word(data) and not {*self.SILENT, "icon"} & set(self.inside[-1:]):
            self.bare.append(data.strip())


def has_word(text: str) -> bool:
    return bool(re.search(r"[A-Za-z]{2}", text))


def bare_texts(template: str) -> list[str]:
    without_tags = re.sub(
        r"{%\s*blocktranslate.*?{%\s*endblocktranslate\s*%}|{%.*?%}|{{.*?}}|{#.*?#}", "", template, flags=re.S
    )
    parser = BareTexts()
    parser.feed(f"<a {without_tags}>" if ATTRIBUTES.match(without_tags) else without_tags)
    return parser.bare


def test_templates_show_no_text_that_is_not_translated():
    templates = [file for app in APPS for file in (ROOT / app / "templates").rglob("*.html")]
    bare = {str(file.relative_to(ROOT)): bare_texts(file.read_text()) for file in templates}

    assert templates
    assert {name: texts for name, texts in bare.items() if texts} == {}


def test_a_text_outside_of_a_tag_is_found():
    icon = '<span class="material-symbols-outlined">event</span>'
    template = f'<p title="Read me">{{% translate "Kept" %}} Bare {{{{ value }}}}{icon}</p>'

    assert bare_texts(template) == ["Read me", "Bare"]


def test_a_text_in_a_template_of_attributes_is_found():
    assert bare_texts('{# Opens it. #}\nhref="{% url "admin:index" %}" title="Read me"') == ["Read me"]

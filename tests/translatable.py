"""Which texts the sources ask gettext for, and what a .po file answers; read in Python alone, without GNU gettext."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation.template import templatize

#: How many of a function's first arguments say what is translated. Where a context comes first, that is two.
TEXTS = {
    "gettext": 1,
    "gettext_lazy": 1,
    "gettext_noop": 1,
    "ngettext": 2,
    "ngettext_lazy": 2,
    "pgettext": 2,
    "pgettext_lazy": 2,
}
WITH_CONTEXT = {"pgettext", "pgettext_lazy"}
CONTEXT_END = "\x04"  # as in compiled catalogues
LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
TEMPLATE_CALL = re.compile(rf"(?<!\w)(gettext|ngettext|pgettext|_)\(\s*({LITERAL})(?:\s*,\s*({LITERAL}))?")
PO_LINE = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr)(?:\[\d\])? )?(".*")')

type Texts = tuple[str, ...]  # a text, or a text and its plural


@dataclass
class Entry:
    """What a catalogue says about one text: an answer, or one for each plural form."""

    plural: str = ""
    answers: list[str] = field(default_factory=list)
    is_fuzzy: bool = False


def texts_below(folder: Path) -> dict[Texts, Path]:
    """Each text that the sources and templates below a folder translate, with a file that does."""
    found: dict[Texts, Path] = {}
    for file in sorted(folder.rglob("*")):
        reader = {".py": python_texts, ".html": template_texts, ".txt": template_texts}.get(file.suffix)
        for texts in reader(file.read_text()) if reader else ():
            found.setdefault(texts, file)
    return found


def python_texts(source: str) -> Iterator[Texts]:
    tree = ast.parse(source)
    functions = {name: name for name in TEXTS}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            functions |= {alias.asname: alias.name for alias in node.names if alias.asname and alias.name in TEXTS}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions:
            function = functions[node.func.id]
            arguments = node.args[: TEXTS[function]]
            if all(isinstance(argument, ast.Constant) for argument in arguments):
                yield texts_of(function, [argument.value for argument in arguments])


def template_texts(source: str) -> Iterator[Texts]:
    for function, *literals in TEMPLATE_CALL.findall(templatize(source)):
        yield texts_of(function, [ast.literal_eval(literal).replace("%%", "%") for literal in literals if literal])


def texts_of(function: str, arguments: list[str]) -> Texts:
    return (CONTEXT_END.join(arguments),) if function in WITH_CONTEXT else tuple(arguments)


def catalogue(po: Path) -> dict[str, Entry]:
    """The entries of a .po file by their text (its context before it); that of "" is the header."""
    entries = {}
    for block in re.split(r"\n\s*\n", po.read_text()):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        if lines:
            text, entry = read_entry(lines)
            entry.is_fuzzy = bool(re.search(r"^#,.*\bfuzzy\b", block, re.MULTILINE))
            entries[text] = entry
    return entries


def read_entry(lines: list[str]) -> tuple[str, Entry]:
    said: dict[str, list[str]] = {"msgctxt": [], "msgid": [], "msgid_plural": [], "msgstr": []}
    keyword = ""
    for line in lines:
        match = PO_LINE.fullmatch(line)
        assert match, line
        keyword = match[1] or keyword
        if match[1]:
            said[keyword].append("")
        said[keyword][-1] += ast.literal_eval(match[2])
    text = CONTEXT_END.join([*said["msgctxt"], *said["msgid"]])
    return text, Entry("".join(said["msgid_plural"]), said["msgstr"])

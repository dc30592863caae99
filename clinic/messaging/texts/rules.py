"""What may stand in an organisation's own words: fields of the kind, `if`, `for` over dates, and the length of a text.

Everything else is refused with the word that is wrong and those that may be used.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from django.template import Node, TemplateSyntaxError
from django.template.base import FilterExpression, Lexer, TextNode, TokenType, Variable, VariableNode
from django.template.defaulttags import ForNode, IfNode
from django.utils.translation import gettext as _

from clinic.enums import Channel, MessageKind, RefusalCode
from clinic.errors import Refusal
from clinic.messaging.texts.fields import NEEDED, Field, fields_of, names_of
from clinic.messaging.texts.language import parsed

LONGEST_SUBJECT, LONGEST_BODY = 200, 2000
TAGS = ("if", "elif", "else", "endif", "for", "empty", "endfor")
OF_A_LOOP = {"counter", "first", "last"}
PAIRS = "{{ … }}, {% if … %} … {% endif %}, {% for … %} … {% endfor %}"
BRACES = re.compile(r"\{\{|\}\}|\{%|%\}")
INVALID_FILTER = re.compile(r"Invalid filter: '(\w+)'")
UNCLOSED = re.compile(r"Unclosed tag on line (\d+): '(\w+)'")
NEVER_OPENED = re.compile(r"Invalid block tag on line (\d+): '(\w+)'")
NOT_UNDERSTOOD = re.compile(r"Could not parse .* from '(.*)'$", re.DOTALL)

type Loops = Mapping[str, Collection[str]]  # by the name in `for name in dates`, what each of them has


def refusals(kind: MessageKind, channel: str, subject: str, body: str) -> list[Refusal]:
    """Why these words cannot be the organisation's own; empty where they can."""
    found = [*_length_refusals(channel, subject, body)]
    for source in (subject, body):
        found += _language_refusals(kind, source)
    return found or list(_missing(kind, parsed(body).nodelist))


def _length_refusals(channel: str, subject: str, body: str) -> Iterator[Refusal]:
    if not body.strip():
        yield refusal(_("The text is empty."), _("Write what the patient is to read, or go back to our words."))
    if not subject.strip() and channel in ("", Channel.EMAIL):
        yield refusal(_("An e-mail needs a subject."), _("Write one that tells nothing of the treatment."))
    if len(subject.splitlines()) > 1:
        yield refusal(_("The subject has a line break."), _("Write it on one line."))
    limits = ((_("The subject"), subject, LONGEST_SUBJECT), (_("The text"), body, LONGEST_BODY))
    for what, source, longest in limits:
        if len(source) > longest:
            values = {"what": what, "count": len(source), "longest": longest}
            yield refusal(_("%(what)s has %(count)d characters.") % values, _("Use at most %(longest)d.") % values)


def _language_refusals(kind: MessageKind, source: str) -> list[Refusal]:
    fields = fields_of(kind)
    words = (token.split_contents() for token in Lexer(source).tokenize() if token.token_type == TokenType.BLOCK)
    if unknown := [word[0] for word in words if word and word[0] not in TAGS]:
        return [_unknown(f"{{% {unknown[0]} %}}", fields)]
    try:
        nodes = parsed(source).nodelist
    except TemplateSyntaxError as error:
        return [_unreadable(str(error), fields)]
    return list(dict.fromkeys(_walk(nodes, fields, {})))


def _walk(nodes: Collection[Node], fields: Collection[Field], loops: Loops) -> Iterator[Refusal]:
    for node in nodes:
        if isinstance(node, VariableNode):
            yield from _value(node.filter_expression, fields, loops, is_shown=True)
        elif isinstance(node, IfNode):
            for condition, inner in node.conditions_nodelists:
                for expression in _expressions(condition):
                    yield from _value(expression, fields, loops, is_shown=False)
                yield from _walk(inner, fields, loops)
        elif isinstance(node, ForNode):
            yield from _loop(node, fields, loops)
        elif not isinstance(node, TextNode):
            yield _unknown(type(node).__name__, fields)
        elif stray := BRACES.search(node.s):
            yield refusal(_("“%(words)s” stands alone.") % {"words": stray[0]}, _close())


def _loop(node: ForNode, fields: Collection[Field], loops: Loops) -> Iterator[Refusal]:
    """One name for each of a list, and no list within a list: ten of them would be a day's work."""
    lists = {field.name: {item.name for item in field.items} for field in fields if field.items}
    path = _path(node.sequence)
    if loops or len(node.loopvars) != 1 or node.sequence.filters or path is None or ".".join(path) not in lists:
        words = f"{{% for {', '.join(node.loopvars)} in {node.sequence} %}}"
        hint = [f"{{% for date in {name} %}} … {{% endfor %}}" for name in lists]
        yield _unknown(words, fields, *hint)
        return
    yield from _walk(node.nodelist_loop, fields, {node.loopvars[0]: lists[path[0]]})
    yield from _walk(node.nodelist_empty, fields, loops)


def _value(
    expression: FilterExpression, fields: Collection[Field], loops: Loops, *, is_shown: bool
) -> Iterator[Refusal]:
    path = _path(expression)
    if path is None:
        return  # a text or a number
    known = {field.name for field in fields if expression.filters or not is_shown or not field.items}
    name, *rest = path
    of_a_loop = loops and ((name == "forloop" and rest[0:1] and rest[0] in OF_A_LOOP) or name in loops)
    if of_a_loop and len(rest) == 1 and (name == "forloop" or rest[0] in loops[name]):
        return
    if rest or name not in known or name in loops:
        ways = [f"{{{{ {loop}.{item} }}}}" for loop, items in loops.items() for item in sorted(items)]
        yield _unknown(f"{{{{ {'.'.join(path)} }}}}", fields, *ways)


def _path(expression: FilterExpression) -> tuple[str, ...] | None:
    """The name and what is asked of it; None for what is written out, as 1 or "a"."""
    return expression.var.lookups if isinstance(expression.var, Variable) else None


def _expressions(condition: object) -> Iterator[FilterExpression]:
    """What an `if` compares, however it is put together."""
    if condition is None:
        return
    if isinstance(getattr(condition, "value", None), FilterExpression):
        yield condition.value
    for part in ("first", "second"):
        yield from _expressions(getattr(condition, part, None))


def _missing(kind: MessageKind, nodes: Collection[Node]) -> Iterator[Refusal]:
    """A reminder that does not say when is none."""
    said = set(_said(nodes))
    for alternatives in NEEDED.get(kind, ()):
        if said.isdisjoint(alternatives):
            names = " / ".join(f"{{{{ {name.replace('dates.', 'date.')} }}}}" for name in alternatives)
            hint = _("Patients need it to make use of this message.")
            if any(name.startswith("dates.") for name in alternatives):
                hint = _("Say it of each: %(loop)s.") % {"loop": "{% for date in dates %} … {% endfor %}"}
            yield refusal(_("The text does not say %(name)s.") % {"name": names}, hint)


def _said(nodes: Collection[Node]) -> Iterator[str]:
    """What a reader may get to see, whatever it is that an `if` asks; `dates.day` for `{{ date.day }}` of a loop."""
    for node in nodes:
        if isinstance(node, VariableNode) and not node.filter_expression.filters:
            yield ".".join(_path(node.filter_expression) or ())
        elif isinstance(node, ForNode):
            named, listed = f"{node.loopvars[0]}.", f"{'.'.join(_path(node.sequence) or ())}."
            for name in _said(node.nodelist_loop):
                yield listed + name.removeprefix(named) if name.startswith(named) else name
        elif isinstance(node, IfNode):
            yield from _said(node.nodelist)


def _unreadable(error: str, fields: Collection[Field]) -> Refusal:
    if match := INVALID_FILTER.search(error):
        return _unknown(f"|{match[1]}", fields, "|length")
    if match := UNCLOSED.search(error):
        values = {"tag": f"{{% {match[2]} %}}", "line": match[1]}
        return refusal(_("%(tag)s on line %(line)s is not closed.") % values, _close())
    if match := NEVER_OPENED.search(error):
        values = {"tag": f"{{% {match[2]} %}}", "line": match[1]}
        return refusal(_("%(tag)s on line %(line)s closes nothing that is open.") % values, _close())
    if match := NOT_UNDERSTOOD.search(error):
        return refusal(_("“%(words)s” cannot be read.") % {"words": f"{{{{ {match[1]} }}}}"}, _close())
    return refusal(_("The text cannot be read: look at each {{ … }} and {% if %}."), _close())


def _close() -> str:
    return _("Close what you open: %(pairs)s.") % {"pairs": PAIRS}


def _unknown(words: str, fields: Collection[Field], *more: str) -> Refusal:
    may = ", ".join([names_of(fields), *more, "{% if %}"])
    return refusal(
        _("“%(words)s” is not possible in this message.") % {"words": words}, _("Use only: %(may)s.") % {"may": may}
    )


def refusal(message: str, hint: str) -> Refusal:
    return Refusal(RefusalCode.INVALID, message, hint)

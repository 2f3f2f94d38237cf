"""Reads YAML nodes, knowing for each where it stands, and collects everything that is wrong.

Scalars are taken as they are written: YAML's own guesses (numbers, dates, true and false) are not used,
so that `9:00` stays a time and `no` stays the word the owner wrote.
"""

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent, NodeEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from responses.policy.errors import PolicyError, PolicyFileError, Problem
from responses.policy.schema import Place

_DEEPEST = 100

_Value = TypeVar("_Value")
_Default = TypeVar("_Default")
_Enum = TypeVar("_Enum", bound=StrEnum)


class RefusedError(PolicyError):
    """An item was refused and its problem noted; caught before the reading of the file ends."""


class Document:
    """One file being read: its problems so far, and where each key stands.

    What was `accepted` once is not refused for what came to be forbidden since.
    """

    def __init__(self, name: str, *, accepted: bool = False) -> None:
        self.name = name
        self.accepted = accepted
        self.problems: list[Problem] = []
        self.places: dict[str, Place] = {}

    def note(self, place: Place, key: str, message: str) -> None:
        """Remember one problem."""
        self.problems.append(
            Problem(file=self.name, line=place.line, column=place.column, key=key, message=message)
        )

    def raise_problems(self) -> None:
        """Raise what was found, if anything, in the order of the file."""
        if self.problems:
            raise PolicyFileError(tuple(sorted(self.problems, key=lambda p: (p.line, p.column))))

    def root(self, text: str) -> "Item":
        """Parse the text.

        Raises:
            PolicyFileError: the text is not one YAML document.
        """
        plain = text.removeprefix("\ufeff")
        try:
            try:
                node = self._compose(plain, pure=False)
            except YAMLError:
                # libyaml is ten times faster and reads YAML 1.1, which in braces and brackets takes `9:00`
                # for a key: what it refuses the slower parser may know better, or say better what is wrong.
                node = self._compose(plain, pure=True)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = Place(line=mark.line + 1, column=mark.column + 1) if mark else Place(line=1, column=1)
            begun = error.context_mark if error.problem_mark is not None else None
            where = f" (in what begins at line {begun.line + 1}, column {begun.column + 1})" if begun else ""
            self.note(place, "", f"not valid YAML: {error.problem or error.context}{where}")
        except YAMLError as error:
            self.note(Place(line=1, column=1), "", f"not valid YAML: {str(error).splitlines()[0]}")
        except RecursionError:
            self.note(Place(line=1, column=1), "", "not readable: lists or keys are nested too deeply")
        else:
            if node is not None:
                return Item(self, node, "", _place(node))
            self.note(Place(line=1, column=1), "", "the file is empty")
        raise PolicyFileError(tuple(self.problems))

    def _compose(self, text: str, *, pure: bool) -> Node | None:
        """The root node, with line and column at every node; nothing is ever constructed from them.

        What must not be composed is refused before: libyaml does it on the machine's own stack, which can
        end.
        """
        depth = 0
        for event in YAML(typ="safe", pure=pure).parse(text):
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if depth > _DEEPEST:
                raise RecursionError
            if isinstance(event, NodeEvent) and event.anchor is not None:
                # An alias could nest without end, and on the wall nobody could read it.
                place = Place(line=event.start_mark.line + 1, column=event.start_mark.column + 1)
                self.note(place, "", "anchors (&) and aliases (*) are not read: write the text out")
                raise PolicyFileError(tuple(self.problems))
        root: Node | None = YAML(typ="safe", pure=pure).compose(text)
        return root


class Item:
    """A node of the file with its key, such as `rules[1].give`."""

    def __init__(self, document: Document, node: Node, key: str, place: Place) -> None:
        self.document = document
        self.node = node
        self.key = key
        self.place = place
        document.places[key] = place

    def refuse(self, message: str) -> RefusedError:
        """Note a problem with the value; raise what is returned."""
        self.document.note(_place(self.node), self.key, message)
        return RefusedError()

    def forbid(self, message: str) -> None:
        """Refuse what can be read and must not be said."""
        if not self.document.accepted:
            raise self.refuse(message)

    @property
    def is_mapping(self) -> bool:
        """Whether it has keys."""
        return isinstance(self.node, MappingNode)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.node, SequenceNode)

    @property
    def is_scalar(self) -> bool:
        """Whether it is a single word, number or text."""
        return isinstance(self.node, ScalarNode)

    def text(self) -> str:
        """The text as written, without spaces around it."""
        if not isinstance(self.node, ScalarNode):
            raise self.refuse(f"expected a single value, found {'a list' if self.is_list else 'keys'}")
        value = str(self.node.value).strip()
        if not value:
            raise self.refuse("the value is missing")
        return value

    def items(self) -> list["Item"]:
        """The members of a list that has at least one."""
        if not isinstance(self.node, SequenceNode):
            raise self.refuse("expected a list: [a, b] or lines that begin with -")
        if not self.node.value:
            raise self.refuse("the list is empty")
        children = enumerate(self.node.value)
        return [
            Item(self.document, child, f"{self.key}[{index}]", _place(child)) for index, child in children
        ]

    def entries(
        self,
        allowed: Collection[str] | None = None,
        noun: str = "key",
        elsewhere: Mapping[str, str] = MappingProxyType({}),
    ) -> dict[str, "Item"]:
        """Keys and values of a mapping; keys that are twice there or not `allowed` are noted and left out.

        `elsewhere` says of keys that belong somewhere else, where.
        """
        if not isinstance(self.node, MappingNode):
            raise self.refuse(f"expected keys with values, found {'a list' if self.is_list else 'one value'}")
        found: dict[str, Item] = {}
        for key_node, value_node in self.node.value:
            place = _place(key_node)
            name = str(key_node.value) if isinstance(key_node, ScalarNode) else "?"
            path = f"{self.key}.{name}" if self.key else name
            if allowed is not None and name not in allowed:
                hint = f"; {elsewhere[name]}" if name in elsewhere else did_you_mean(name, allowed)
                self.document.note(place, path, f'unknown {noun} "{name}"{hint}')
            elif name in found:
                self.document.note(place, path, f'"{name}" stands here twice: keep one')
            else:
                found[name] = Item(self.document, value_node, path, place)
        if self.node.value and not found:
            raise RefusedError  # what is wrong with its keys is noted: that there are none would be untrue
        return found


class Entries:
    """The keys of one mapping, read one by one; a problem in one does not hide those in the others."""

    def __init__(
        self,
        item: Item,
        allowed: Collection[str],
        noun: str = "key",
        elsewhere: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.item = item
        self.found = item.entries(allowed, noun, elsewhere)

    def __contains__(self, name: str) -> bool:
        return name in self.found

    def optional(self, name: str, parse: Callable[[Item], _Value], default: _Default) -> _Value | _Default:
        """The parsed value, or `default` when the key is absent or its value was refused."""
        return attempt(parse, self.found[name], default) if name in self.found else default

    def required(self, name: str, parse: Callable[[Item], _Value], stand_in: _Default) -> _Value | _Default:
        """The same for a key that must be there; the stand-in never leaves a file with problems."""
        if name not in self.found:
            self.item.document.note(self.item.place, self.item.key, f'"{name}" is missing')
        return self.optional(name, parse, stand_in)


def attempt(parse: Callable[[Item], _Value], item: Item, default: _Default) -> _Value | _Default:
    """Parse one item, or give `default` where it was refused."""
    try:
        return parse(item)
    except RefusedError:
        return default


def read_all(parse: Callable[[Item], _Value], items: Iterable[Item]) -> tuple[_Value, ...]:
    """Parse each item, leaving out those that were refused."""
    values: list[_Value] = []
    for item in items:
        try:
            values.append(parse(item))
        except RefusedError:
            continue
    return tuple(values)


def read_with(
    parse: Callable[[str], _Value | None], expected: str, allow: Callable[[_Value], bool] | None = None
) -> Callable[[Item], _Value]:
    """Turn a notation into a reader that says what it expected."""

    def read(item: Item) -> _Value:
        text = item.text()
        value = parse(text)
        if value is None or (allow is not None and not allow(value)):
            raise item.refuse(f'expected {expected}, found "{text}"')
        return value

    return read


def read_yes_no(item: Item) -> bool:
    """`yes` or `no`; also `true` and `false`, as many write them."""
    text = item.text()
    if text in ("yes", "true"):
        return True
    if text in ("no", "false"):
        return False
    raise item.refuse(f'expected yes or no, found "{text}"')


def read_name(names: Collection[str], noun: str) -> Callable[[Item], str]:
    """A reader of one of these names."""

    def read(item: Item) -> str:
        text = item.text()
        if text not in names:
            raise item.refuse(f'unknown {noun} "{text}"{did_you_mean(text, names)}')
        return text

    return read


def read_enum(kind: type[_Enum], noun: str) -> Callable[[Item], _Enum]:
    """A reader of the values of an enumeration."""
    read = read_name(list(kind), noun)
    return lambda item: kind(read(item))


def did_you_mean(word: str, known: Collection[str]) -> str:
    """The end of an error message: the nearest known word, or all of them when they are few."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f'; did you mean "{close[0]}"?'
    return f"; known are {', '.join(known)}" if 0 < len(known) <= 12 else ""


def _place(node: Node) -> Place:
    return Place(line=node.start_mark.line + 1, column=node.start_mark.column + 1)

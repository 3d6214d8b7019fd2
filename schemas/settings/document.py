"""YAML read strictly, with the line of every value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from schemas.errors import UsageError

if TYPE_CHECKING:
    import yaml

__all__ = ["Document", "read_document"]

Location = tuple[str | int, ...]

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_EVENTS = 50_000
MAX_FIGURES = 1_000
# YAML 1.1 takes 1e-3 for a string, for want of a dot.
EXPONENT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+")
PLAIN_NUMBER = re.compile(r"[-+]?(0|[1-9]\d*)?(\.\d*)?([eE][-+]?\d+)?|[-+]?\.(inf|nan)", re.IGNORECASE)
SCALARS = tuple(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null"))


@dataclass
class Document:
    """A mapping read from YAML, and where each of its values stands.

    Attributes:
        name: of the file, as shown to people.
        value: the mapping.
        places: for each location in *value*, 'pipeline.yaml:12' or the option that set it.
    """

    name: str
    value: dict[str, Any]
    places: dict[Location, str] = field(default_factory=dict)

    def place(self, location: Location) -> str:
        """Say where a location, or the nearest one above it that is known, stands."""
        for end in range(len(location), -1, -1):
            if place := self.places.get(location[:end]):
                return place
        return self.name

    def override(self, location: Location, text: str, place: str) -> None:
        """Set one value from *text*, typed as if it stood in the file.

        Raises:
            UsageError: the text is not YAML, or the location leads through something that is no mapping.
        """
        if len(location) > MAX_DEPTH:
            raise UsageError(f"{place}: nested too deeply", expected=f"at most {MAX_DEPTH} levels")
        parent: Any = self.value
        for depth, key in enumerate(location[:-1], start=1):
            if not isinstance(parent, dict):
                break
            if key not in parent:
                parent[key] = {}
                self.places[location[:depth]] = place
            parent = cast("dict[str | int, Any]", parent)[key]
        if not isinstance(parent, dict):
            raise UsageError(f"{place}: there is nothing to set there", expected="a key of a mapping")
        node = _compose(text, place)
        parent[location[-1]] = None if node is None else _read_node(node, place, (), {})
        self.places = {known: at for known, at in self.places.items() if known[: len(location)] != location}
        self.places[location] = place


def read_document(path: Path) -> Document:
    """Read a YAML file that holds one mapping.

    Raises:
        UsageError: it is missing, too large or deep, not YAML, has a key twice, or uses aliases or merge keys.
    """
    try:
        data = path.read_bytes()
        text = data[: MAX_BYTES + 1].decode()
    except OSError as error:
        raise UsageError(f"{path} cannot be read", found=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not text", found=str(error), expected="UTF-8") from error
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path} is too large", found=f"{len(data):,} bytes", expected=f"at most {MAX_BYTES:,}")
    import yaml

    node = _compose(text, path.name)
    if not isinstance(node, yaml.MappingNode):
        raise UsageError(f"{path.name}: not a mapping", expected="key: value")
    places: dict[Location, str] = {}
    value = _read_node(node, path.name, (), places)
    return Document(path.name, value, places)


def _compose(text: str, name: str) -> yaml.Node | None:
    import yaml

    try:
        _check_bounds(text, name)
        return yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        raise UsageError(f"{name}:{_line(error.problem_mark)}: not YAML", found=error.problem or str(error)) from error
    except yaml.YAMLError as error:
        raise UsageError(f"{name}: not YAML", found=str(error)) from error


def _check_bounds(text: str, name: str) -> None:
    """Refuse what could grow: nesting and aliases are counted before anything is built from them."""
    import yaml

    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        if count > MAX_EVENTS:
            raise UsageError(f"{name}: too many values", expected=f"at most {MAX_EVENTS:,}")
        place = f"{name}:{_line(event.start_mark)}"
        if isinstance(event, yaml.AliasEvent):
            raise UsageError(f"{place}: aliases are not allowed", found=f"*{event.anchor}", do="write the value out")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise UsageError(f"{place}: nested too deeply", expected=f"at most {MAX_DEPTH} levels")


def _read_node(node: yaml.Node, name: str, location: Location, places: dict[Location, str]) -> Any:  # noqa: ANN401  (YAML)
    """Return the value of a node, and note the place of every value in it."""
    import yaml

    place = f"{name}:{_line(node.start_mark)}"
    places.setdefault(location, place)
    if isinstance(node, yaml.SequenceNode):
        return [_read_node(item, name, (*location, i), places) for i, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return _read_scalar(node, place)
    value: dict[str, Any] = {}
    for key_node, item in node.value:
        key = _read_key(key_node, name)
        at = f"{name}:{_line(key_node.start_mark)}"
        if key in value:
            raise UsageError(f"{at}: {key} is given twice")
        places[(*location, key)] = at
        value[key] = _read_node(item, name, (*location, key), places)
    return value


def _read_key(node: yaml.Node, name: str) -> str:
    import yaml

    place = f"{name}:{_line(node.start_mark)}"
    if node.tag == "tag:yaml.org,2002:merge":
        raise UsageError(f"{place}: merge keys are not allowed", do="write the values out")
    if not isinstance(node, yaml.ScalarNode):
        raise UsageError(f"{place}: a key must be a word", found="a collection")
    return node.value


def _read_scalar(node: yaml.Node, place: str) -> str | float | bool | None:
    import yaml

    if node.tag not in SCALARS:
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        raise UsageError(f"{place}: a {kind} is not allowed", found=str(node.value), do="quote it, if it is text")
    if node.tag in SCALARS[1:3] and not PLAIN_NUMBER.fullmatch(node.value):
        return node.value  # YAML 1.1 would read 1:30 as 90 and 010 as 8
    if node.tag == SCALARS[0]:
        is_number = isinstance(node, yaml.ScalarNode) and not node.style and EXPONENT.fullmatch(node.value)
        return float(node.value) if is_number else node.value
    if len(node.value) > MAX_FIGURES:
        raise UsageError(f"{place}: not a number", found=f"{len(node.value):,} characters")
    try:
        return cast("Any", yaml.constructor.SafeConstructor()).construct_object(node)
    except (ValueError, IndexError, KeyError) as error:
        raise UsageError(f"{place}: not a number", found=str(node.value)) from error


def _line(mark: Any) -> int:  # noqa: ANN401  (libyaml's marks and PyYAML's share no type)
    return mark.line + 1 if mark else 1

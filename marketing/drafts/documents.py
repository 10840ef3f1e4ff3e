"""Briefs and copy as they come in: bytes that should be a JSON object of a known form.

What is wrong is told in words, every fault at once, never with the bytes themselves.
"""

import codecs
import json
from collections.abc import Sequence
from typing import Any, Never, TypeVar

from pydantic import BaseModel, ValidationError

from marketing.errors import SHOWN_FAULTS, InputError, printable

SIZE_LIMIT = 5_000_000  # bytes; a brief with every fact of a title is a thousandth of that
DEEPEST = 50  # objects and lists within each other
LONGEST_NUMBER = 100  # digits
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

# pydantic's kinds of fault, in words of JSON; other kinds tell themselves well enough.
EXPECTED = {
    "string_type": "text in quotation marks",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "an object in braces",
    "model_type": "an object in braces",
    "model_attributes_type": "an object in braces",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_unicode": "text that can be written down (half a surrogate pair stands in it)",
}

Model = TypeVar("Model", bound=BaseModel)


def read_object(data: bytes, what: str) -> dict[str, Any]:
    """The JSON object in `data`, in UTF-8 or, with a byte order mark, UTF-16.

    Raises:
        InputError: too large, in another encoding, no JSON, or no object.
    """
    return an_object(read(data, what), what)


def read(data: bytes, what: str) -> Any:
    """The JSON value in `data`, in UTF-8 or, with a byte order mark, UTF-16.

    Raises:
        InputError: too large, in another encoding, or no JSON.
    """
    if len(data) > SIZE_LIMIT:
        raise InputError(
            f"The {what} is {len(data) / 1e6:,.1f} MB; at most {SIZE_LIMIT / 1e6:.0f} MB is read. "
            "Check that it is the right file."
        )
    return _parse(_decode(data, what), what)


def parse_object(text: str, what: str) -> dict[str, Any]:
    """The JSON object in `text`.

    Raises:
        InputError: no JSON, or no object.
    """
    return an_object(_parse(text, what), what)


def _parse(text: str, what: str) -> Any:
    try:
        content = json.loads(text, parse_constant=_refuse_constant, parse_int=_whole, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise InputError(
            f"The {what} is no JSON: {error.msg.lower()} in line {error.lineno}, "
            f"column {error.colno}. Correct it there."
        ) from None
    except RecursionError:
        raise InputError(f"The {what} is nested too deep to be one. Check that it is the right file.") from None
    except ValueError as error:
        raise InputError(f"The {what} cannot be read: {error}. Correct it.") from None
    if _deeper(content, DEEPEST):
        raise InputError(f"The {what} is nested too deep to be one. Check that it is the right file.")
    return content


def _deeper(content: Any, most: int) -> bool:
    level = [content]
    for _ in range(most):
        level = [
            part
            for each in level
            if isinstance(each, dict | list)
            for part in (each.values() if isinstance(each, dict) else each)
        ]
    return any(isinstance(each, dict | list) for each in level)


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError(f"a number of {len(digits):,} digits stands in it")
    return int(digits)


def an_object(content: Any, what: str) -> dict[str, Any]:
    """`content`, which is a JSON object; InputError where it is none."""
    if not isinstance(content, dict):
        raise InputError(f"The {what} is {_kind(content)}, expected a JSON object in braces. Check the file.")
    return content


def validate(model: type[Model], content: Any, what: str, remedy: str, known: Sequence[str] = ()) -> Model:
    """`content` as `model`; `known` are faults found already, to be told with the others.

    Raises:
        InputError: with every fault: its place, what was expected, what was found.
    """
    told = {f"{printable(fault, 160)}." for fault in known}
    try:
        made = model.model_validate(content)
    except ValidationError as error:
        told |= {_told(dict(fault)) for fault in error.errors(include_url=False)}
    except RecursionError:
        raise InputError(f"The {what} is nested too deep to be one. Check that it is the right file.") from None
    if told:
        faults = sorted(told)
        more = [f"... and {len(faults) - SHOWN_FAULTS:,} more."] if len(faults) > SHOWN_FAULTS else []
        lines = [f"The {what} cannot be used.", *faults[:SHOWN_FAULTS], *more, remedy]
        raise InputError("\n".join(line for line in lines if line)) from None
    return made


def _decode(data: bytes, what: str) -> str:
    encoding = "utf-16" if data.startswith(UTF16_MARKS) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"The {what} is not UTF-8 text (byte {error.start:,}). Save it as JSON in UTF-8 and try again."
        ) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{printable(twice)!r} stands twice in one object")
    return found


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is no number")


def _told(fault: dict[str, Any]) -> str:
    place = printable(".".join(str(part) for part in fault["loc"]))
    message, kind = str(fault["msg"]), str(fault["type"])
    if kind == "missing":
        message = "is missing"
    elif message.startswith("Value error, "):
        message = message.removeprefix("Value error, ")
    else:
        expected = EXPECTED.get(kind) or message.removeprefix("Input should be ")
        message = f"expected {expected}, found {_kind(fault.get('input'))}"
    return f"{place + ': ' if place else ''}{printable(message, 160)}."


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool | int | float):
        return printable(json.dumps(value))
    if isinstance(value, str):
        return repr(printable(value, 30))
    return "a list" if isinstance(value, list | tuple) else "an object"

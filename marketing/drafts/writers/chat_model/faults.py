"""What goes wrong with chat models and their services, each with a name, and what to do about it.

Errors are told apart by LangChain's own classes and by the status, code and headers that every provider's client
carries, so that a new provider needs no line here. No message repeats a key.
"""

import datetime as dt
import email.utils
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from langchain_core import exceptions as lc
from pydantic import ValidationError

from marketing.errors import QuotaError, WriterError, printable

PATIENCE = 60.0  # seconds; a service that asks for more is left alone
OVERLOADED = 529
SECRET_NAMES = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD)$")
SECRETS = re.compile(r"\b(?:sk|pk|key|token)[-_][\w*.-]{6,}|(?i:bearer)\s+\S+")
QUOTA = re.compile(r"insufficient_quota|billing|exceeded your current quota|credit balance|payment required", re.I)
TOLD = 200  # characters of a service's own words


class UnreadableError(WriterError):
    """The model answered, in a form that is no copy; `answer` is what it said."""

    def __init__(self, fault: str, answer: str = "") -> None:
        super().__init__(
            f"The chat model's answer could not be read: {fault}. Try again, or set another model; "
            'writer = "offline" needs none.'
        )
        self.fault, self.answer = fault, answer


class CutOffError(WriterError):
    """The answer ended at the cap on its length."""


@dataclass(frozen=True)
class Fault:
    """An error by its name, and whether to ask again: after how many seconds, how often at most."""

    error: WriterError
    tries: int = 1
    wait: float | None = None  # None: as long as we think fit


@dataclass(frozen=True)
class Service:
    """Whom we asked, for the words of a message; `secrets` are never repeated."""

    model: str
    key: str  # the variable that holds its key
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def clean(self, text: object) -> str:
        """`text` without secrets, printable, short."""
        told = " ".join(str(text).split())
        for secret in self.secrets:
            told = told.replace(secret, "[key]")
        return printable(SECRETS.sub("[key]", told), TOLD)


def secrets(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The values in the environment that no message may hold, longest first."""
    found = {value for name, value in environ.items() if SECRET_NAMES.search(name.upper()) and len(value) >= 6}
    return tuple(sorted(found, key=lambda value: (-len(value), value)))


def name(error: Exception, service: Service, clock: Callable[[], dt.datetime]) -> Fault:
    """The fault behind any exception that asking a chat model raised."""
    if isinstance(error, WriterError):
        return Fault(error)
    kinds = type(error).__mro__
    names = {kind.__name__ for kind in kinds}
    for test, told in _NAMED:
        if test(error, names):
            return told(error, service)
    status = _status(error)
    if status == 429:
        return _limited(error, service, clock)
    if status:
        return _refused(error, service, status)
    if isinstance(error, lc.ModelConnectionError) or names & {"APIConnectionError", "ConnectError", "ConnectionError"}:
        return Fault(WriterError(f"{service.model} cannot be reached. Check the network and the base URL."), tries=2)
    return Fault(_no_answer(service, error), tries=2)


def _timed_out(error: Exception, service: Service) -> Fault:
    # Not asked again: the service may have done the work, and bill each try.
    return Fault(
        WriterError(f"{service.model} did not answer in time. It may bill the request all the same. Try again later.")
    )


def _declined(error: Exception, service: Service) -> Fault:
    return Fault(
        WriterError(
            f"{service.model} declined to write this ({service.clean(error)}). "
            "A person should look at the brief; the offline writer can write it."
        )
    )


def _too_long(error: Exception, service: Service) -> Fault:
    return Fault(
        CutOffError(f"{service.model} stopped at its cap on length. Ask for fewer slots, or set another model.")
    )


def _too_much(error: Exception, service: Service) -> Fault:
    return Fault(WriterError(f"The brief is too long for {service.model}. Leave facts out, or set another model."))


def _wrong_form(error: Exception, service: Service) -> Fault:
    return Fault(UnreadableError(form(error), str(getattr(error, "llm_output", "") or "")))


def form(error: Exception) -> str:
    """What is wrong with the form of an answer, in words."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        return printable(f"{place}: {first['msg']}" if place else first["msg"], TOLD)
    return "it is no JSON of the form asked for"


def _no_answer(service: Service, error: Exception) -> WriterError:
    html = isinstance(error, json.JSONDecodeError) and error.doc.lstrip().startswith("<")
    what = "a web page" if html else "something that is no answer (empty, cut off, or of another form)"
    return WriterError(f"{service.model} answered with {what}. Check the base URL; if it is right, try again later.")


def _limited(error: Exception, service: Service, clock: Callable[[], dt.datetime]) -> Fault:
    text = f"{_code(error)} {error}"
    if QUOTA.search(text):
        return Fault(_quota(service))
    wait = retry_after(_headers(error), clock)
    if wait is not None and wait > PATIENCE:
        until = (clock() + dt.timedelta(seconds=wait)).astimezone(dt.UTC)
        return Fault(
            QuotaError(
                f"{service.model} asks to be left alone for {wait:,.0f} seconds. The batch stops; "
                f"run it again after {until:%H:%M} UTC."
            )
        )
    error_ = QuotaError(f"{service.model} keeps refusing: too many requests. The batch stops; run it again later.")
    return Fault(error_, tries=3, wait=wait)


def _quota(service: Service) -> QuotaError:
    return QuotaError(
        f"The account behind {service.model} has no quota left. The batch stops. Add credit with the provider, "
        'or set writer = "offline".'
    )


def _refused(error: Exception, service: Service, status: int) -> Fault:
    if status in (401, 403):
        return Fault(
            QuotaError(
                f"{service.model} refuses the key ({status}): {service.clean(_message(error))}. The batch stops. "
                f'Set {service.key} to a valid key, or set writer = "offline".'
            )
        )
    if status == 402 or QUOTA.search(_code(error)):
        return Fault(_quota(service))
    if status == 404:
        return Fault(
            QuotaError(f"There is no {service.model} at this address. The batch stops. Check chat_model and base URL.")
        )
    if status >= 500:
        what = "is overloaded" if status == OVERLOADED else f"fails ({status})"
        return Fault(WriterError(f"{service.model} {what}. Try again later."), tries=3)
    return Fault(WriterError(f"{service.model} refused the request ({status}): {service.clean(_message(error))}."))


def retry_after(headers: Mapping[str, str], clock: Callable[[], dt.datetime]) -> float | None:
    """Seconds that a service asks to wait, from Retry-After in seconds or as a date; None where it does not say."""
    value = (headers.get("retry-after") or "").strip()
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        when = email.utils.parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return max(0.0, (when - clock()).total_seconds())


def _status(error: Exception) -> int:
    for source in (error, getattr(error, "response", None)):
        status = getattr(source, "status_code", None)
        if isinstance(status, int) and status >= 400:
            return status
    return 0


def _headers(error: Exception) -> Mapping[str, str]:
    headers: Mapping[str, str] = getattr(getattr(error, "response", None), "headers", None) or {}
    return headers


def _code(error: Exception) -> str:
    return f"{getattr(error, 'code', '') or ''} {getattr(error, 'type', '') or ''}"


def _message(error: Exception) -> str:
    body: Any = getattr(error, "body", None)
    told = body.get("message") if isinstance(body, dict) else None
    return str(told or type(error).__name__)


def _any(*wanted: str) -> Callable[[Exception, Iterable[str]], bool]:
    return lambda error, names: not set(wanted).isdisjoint(names)


# By class name where a provider's client has a class that LangChain has not: nothing of theirs is imported.
_NAMED: tuple[tuple[Callable[[Exception, Iterable[str]], bool], Callable[[Exception, Service], Fault]], ...] = (
    (_any("ModelTimeoutError", "APITimeoutError", "TimeoutException", "TimeoutError"), _timed_out),
    (_any("ModelRefusalError", "ContentFilterFinishReasonError"), _declined),
    (_any("LengthFinishReasonError"), _too_long),
    (_any("ContextOverflowError"), _too_much),
    (_any("OutputParserException", "ValidationError"), _wrong_form),
)

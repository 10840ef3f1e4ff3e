"""Copy by any chat model that LangChain knows, chosen by one setting: chat_model = "openai:NAME".

Key and address come from the environment, as the provider's own package reads them. A request is sent at most
three times, by our hand and never by the client's, with a time limit; every fault has a name (`faults`), and an
answer that cannot be read is asked for once more.
"""

import datetime as dt
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda
from pydantic import BaseModel, Field

from marketing.drafts.copy import Claim, Copy
from marketing.drafts.writers import WriteRequest
from marketing.drafts.writers.chat_model import asking, faults
from marketing.errors import MissingError, WriterError
from marketing.settings import Settings

NAME = "chat_model"
TIMEOUT = 60.0  # seconds for one answer
BACKOFF = 2.0  # seconds before the second try, doubled after each, where the service names no time
LONGER = 16_000  # tokens; the cap after an answer was cut off
EXTRAS = ("openai", "anthropic", "ollama")  # providers that an extra of ours installs
OFFLINE = 'Or set writer = "offline", which needs no model.'


class Line(BaseModel):
    """One line of copy."""

    slot: str = Field(description="the name of the slot it is for")
    text: str = Field(description="the line itself")
    facts: list[str] = Field(description="ids of the facts it rests on; empty for invitations and moods")


class Answer(BaseModel):
    """Copy for a channel, line by line, the lines of a slot in order."""

    lines: list[Line]


def writer(settings: Settings, environ: Mapping[str, str]) -> Runnable[WriteRequest, Copy]:
    """The chat model that the settings name.

    Raises:
        MissingError: no model is named, its provider is unknown or not installed, or its key is not set.
    """
    name = settings.chat_model.strip()
    if not name:
        raise MissingError(
            'No chat model is named. Set chat_model = "openai:NAME" in settings.toml, '
            f"or MARQUEE_CHAT_MODEL=openai:NAME in the environment. {OFFLINE}"
        )
    provider = name.partition(":")[0]
    service = faults.Service(name, f"{provider.upper()}_API_KEY", faults.secrets(environ))
    return asked(service, lambda cap: made(service, TIMEOUT, cap))


def asked(
    service: faults.Service,
    make: Callable[[int | None], BaseChatModel],
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Runnable[WriteRequest, Copy]:
    """A writer that asks the chat model that `make` gives, for a cap on its answer or None."""
    asker = _Asker(service, make, sleep, clock)
    asker.chat(None)  # what is missing is told before the first brief
    metadata = {"writer": f"{NAME} {service.model}", "prompt": asking.digest()}
    return RunnableLambda(asker.write).with_config(run_name=NAME, metadata=metadata)


def made(service: faults.Service, timeout: float, cap: int | None) -> BaseChatModel:
    """The chat model itself, with our time limit and none of its own retries.

    Raises:
        MissingError: its provider is unknown or not installed, or it lacks its key.
    """
    from langchain.chat_models import init_chat_model

    provider = service.model.partition(":")[0]
    limits: dict[str, Any] = {"timeout": timeout, "max_retries": 0} | ({"max_tokens": cap} if cap else {})
    try:
        model: BaseChatModel = init_chat_model(service.model, **limits)
    except ImportError as error:
        package = f"'marquee[{provider}]'" if provider in EXTRAS else f"langchain-{provider.replace('_', '-')}"
        raise MissingError(
            f"The package for {service.model} is not installed. Run: pip install {package}. {OFFLINE}"
        ) from error
    except Exception as error:
        if "provider" in str(error) and service.key not in str(error):
            raise MissingError(
                f"{service.clean(service.model)!r} names no provider that LangChain knows. "
                f'Write it as provider:model, such as "openai:NAME". {OFFLINE}'
            ) from None
        why = "needs its key" if service.key in str(error) else f"cannot be set up: {service.clean(error).rstrip('.')}"
        raise MissingError(f"{service.model} {why}. Set {service.key} in the environment. {OFFLINE}") from None
    return model


@dataclass
class _Asker:
    service: faults.Service
    make: Callable[[int | None], BaseChatModel]
    sleep: Callable[[float], None]
    clock: Callable[[], dt.datetime]
    _chats: dict[int | None, BaseChatModel] = field(default_factory=dict)

    def chat(self, cap: int | None) -> BaseChatModel:
        if cap not in self._chats:
            self._chats[cap] = self.make(cap)
        return self._chats[cap]

    def write(self, request: WriteRequest, config: RunnableConfig) -> Copy:
        """Copy for one request; one more try where the answer was cut off, and one where it could not be read."""
        values, messages = asking.values(request), _messages(request)
        cap: int | None = None
        for last in (False, True):
            try:
                return _copy(self._answer(messages, values, cap, config))
            except faults.CutOffError:
                if last:
                    raise
                cap = LONGER
            except faults.UnreadableError as fault:
                if last:
                    raise
                messages = [*messages, ("ai", "{answer}"), ("human", asking.prompt("repair"))]
                values = values | {"answer": _safe(fault.answer) or "(nothing)", "fault": fault.fault}
        raise AssertionError  # the second turn returns or raises

    def _answer(
        self, messages: list[tuple[str, str]], values: dict[str, str], cap: int | None, config: RunnableConfig
    ) -> Answer:
        structured = self.chat(cap).with_structured_output(Answer, include_raw=True)
        unwrap: Runnable[Any, Answer] = RunnableLambda(_unwrapped)
        chain = ChatPromptTemplate.from_messages(messages) | structured | unwrap
        tried = 0
        while True:
            tried += 1
            try:
                answer: Answer = chain.invoke(values, config)
            except Exception as error:
                fault = faults.name(error, self.service, self.clock)
                if tried >= fault.tries:
                    raise fault.error from None  # the cause may hold the key
                self.sleep(_pause(fault, tried))
            else:
                return answer


def _messages(request: WriteRequest) -> list[tuple[str, str]]:
    asked = asking.prompt("brief")
    if request.previous is not None:
        asked += "\n\n" + asking.prompt("mend")
    return [("system", asking.prompt("write")), ("human", asked)]


def _pause(fault: faults.Fault, tried: int) -> float:
    """Seconds to wait; with a little chance in it, so that workers do not all come back at once."""
    if fault.wait is not None:
        return fault.wait
    return BACKOFF * 2.0 ** (tried - 1) * random.uniform(1.0, 1.25)  # noqa: S311 - it guards nothing


def _unwrapped(result: Any) -> Answer:
    """The answer that was parsed, or the error that says why there is none."""
    raw, parsed, error = result["raw"], result.get("parsed"), result.get("parsing_error")
    reason = str(raw.response_metadata.get("finish_reason") or raw.response_metadata.get("stop_reason") or "")
    if isinstance(parsed, Answer) and parsed.lines:
        return parsed
    if reason in ("length", "max_tokens"):
        raise faults.CutOffError(
            "The chat model stopped at its cap on length. Ask for fewer slots, or set another model."
        )
    text = _safe(raw.text) if raw.content else ""
    if error is None or (not text and not raw.tool_calls and type(error).__name__ == "ValueError"):
        raise faults.UnreadableError("it holds no lines", text)
    if isinstance(error, WriterError) or type(error).__name__.endswith("RefusalError"):
        raise error
    raise faults.UnreadableError(faults.form(error), text)


def _copy(answer: Answer) -> Copy:
    slots: dict[str, list[str]] = {}
    claims = []
    for line in answer.lines:
        text = _safe(line.text).strip()
        if not text:
            continue
        lines = slots.setdefault(_safe(line.slot), [])
        claims += [Claim(slot=_safe(line.slot), index=len(lines), text=text, fact=_safe(fact)) for fact in line.facts]
        lines.append(text)
    if not slots:
        raise faults.UnreadableError("it holds no lines")
    return Copy(slots=slots, claims=claims)


def _safe(text: str) -> str:
    """`text` without halves of surrogate pairs, which no file and no database takes."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

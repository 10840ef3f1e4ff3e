"""The offline writer: copy from a brief's own facts, without key or network.

Every statement is a fact of the brief, whole or shortened where a clause ends; between them stand invitations and
moods that claim nothing. The same request gives the same words. It writes English.
"""

import hashlib
from collections.abc import Mapping

from langchain_core.runnables import Runnable, RunnableLambda

from marketing.drafts.copy import Copy
from marketing.drafts.writers import WriteRequest
from marketing.drafts.writers.offline import composing, phrases, trimmings
from marketing.drafts.writers.offline.sheet import Sheet
from marketing.drafts.writers.offline.voice import Voice
from marketing.settings import Settings

NAME = "offline"
CRAFT = "2"  # raised when the code would write the same brief in other words


def writer(settings: Settings, environ: Mapping[str, str]) -> Runnable[WriteRequest, Copy]:
    """The offline writer; it needs nothing of either."""
    del settings, environ
    prompt = hashlib.sha256(f"{CRAFT}/{phrases.digest()}".encode()).hexdigest()
    metadata = {"writer": NAME, "prompt": prompt, "languages": ["en"]}
    return RunnableLambda(write).with_config(run_name=NAME, metadata=metadata)


def write(request: WriteRequest) -> Copy:
    """Copy for one request."""
    name = trimmings.name(request.brief.title, request.channel)
    return composing.copy(Sheet(Voice(request, name), request.channel))

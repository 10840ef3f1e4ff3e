"""The sheet that one draft is written on: for whom, where, and what stands on it already."""

from collections.abc import Iterable, Iterator

from marketing.drafts.channels import Channel, Slot
from marketing.drafts.writers.offline import clauses, fitting, roles, trimmings
from marketing.drafts.writers.offline.fitting import Fits, unlike
from marketing.drafts.writers.offline.statements import Statement, repeats
from marketing.drafts.writers.offline.voice import Voice

# What supports a lead: the premise, then these, begun elsewhere in each variant, then those.
TURNING, LAST = ("award", "cast", "quote", "premise"), ("date", "offer", "number", "price")
FEW = 3  # statements, or calls that fit; with fewer, what is second best helps out
WEAK = ("number", "price", "date")  # appeals that tell little before people know what it is about


class Sheet:
    """A voice, a channel, and what was said: nothing is to be said twice in a draft."""

    def __init__(self, voice: Voice, channel: Channel) -> None:
        self.voice, self.channel = voice, channel
        self.said: set[str] = set()  # lines
        self.told: set[str] = set()  # facts
        self.tagged = False  # one slot carries the hashtags
        self.owed = trimmings.rating(voice.brief, voice.mode)  # until a line has room for it

    def noted(self, lines: Iterable[str]) -> None:
        """Remember which facts these lines tell, and whether they carry hashtags."""
        for line in lines:
            self.tagged = self.tagged or "#" in line
            self.told |= {s.fact for s in self.voice.statements if s.told_in(line)}

    def repeated(self, statement: Statement, said: Iterable[str]) -> bool:
        """Whether one of the sentences that were `said` says what the statement does, or the other way round."""
        return any(repeats(statement.forms[0], sentence, self.voice.name) for sentence in said)

    def fits(self, slot: Slot, limit: float) -> Fits:
        """Whether a text has room in `slot`, with the disclosure where it stands before every such text."""
        opens = next(iter(self.channel.slots)) == slot.name
        opens = opens and (slot.items[1] == 1 or roles.role(slot, self.channel) != "headline")
        return fitting.fits(slot, self.channel, limit, self.disclosed if opens else str)

    def disclosed(self, text: str) -> str:
        """`text` opened by the author's tie to the brand."""
        return trimmings.disclosed(text, self.voice.brief)

    def fresh(self, lines: Iterable[str]) -> Iterator[str]:
        """`lines`, those not yet used in this draft first."""
        lines = list(lines)
        said = [line for line in lines if clauses.headline(line) in self.said or line in self.said]
        return iter([line for line in lines if line not in said] + said)

    def new(self, lines: Iterable[str], fits: Fits, there: list[str], *, titled: bool = False) -> Iterator[str]:
        """The `lines` that fit and that are not there; noted as said when taken."""
        for line in unlike(filter(None, lines), there):
            if fits(line) and line not in self.said and (not titled or self.voice.names_title(line)):
                self.said.add(line)
                yield line

    def after(self, begun: Statement | None) -> list[Statement]:
        """The statements that may follow: what stands nowhere yet before what does, price and rating last.

        After a mood the premise comes first, to say what this is about.
        """
        voice = self.voice
        premise = next((s for s in voice.statements if s.appeal == "premise"), None)
        turned = voice.variant % len(TURNING)
        order = {appeal: place for place, appeal in enumerate((*TURNING[turned:], *TURNING[:turned], *LAST))}

        def rank(s: Statement) -> tuple[bool, bool, int]:
            opens = begun is None and s is premise
            place = -1 if s is premise else order[s.appeal]
            return (not opens and s.fact in self.told, s.forms[0].startswith("Rated"), place)

        return sorted((s for s in self.voice.statements if s is not begun), key=rank)

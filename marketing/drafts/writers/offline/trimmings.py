"""What copy must carry beside its words: disclosure, rating, fixed lines, a link, hashtags, address and way out."""

import re
import unicodedata
from urllib.parse import urlsplit

from marketing.drafts.briefs import Brief
from marketing.drafts.channels import Channel, Slot
from marketing.titles import Title

LABELS = {"paid": "Ad", "gifted": "Gifted"}
TIES = {"paid": "Paid partnership", "gifted": "Gifted"}
RATED = {"US": "ESRB", "CA": "ESRB", "GB": "PEGI"}  # where every piece of copy for a game states its rating
HASHTAGS = 3  # more read as noise, whatever the platform takes
LONGEST_TAG = 30  # characters; longer ones are read by nobody
OPT_OUT = "Reply STOP to opt out."
EMOJI = re.compile(
    r"[\U0001F000-\U0001FAFF\u2600-\u27BF\u2B00-\u2BFF\u231A-\u23FF\uFE0F\u200D\u20E3\U000E0020-\U000E007F]+"
)
HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")


def name(title: Title, channel: Channel) -> str:
    """The title's name as this channel can print it."""
    called = HIDDEN.sub(" ", title.called)
    if channel.rules.get("emoji_max") == 0:
        called = EMOJI.sub(" ", called)
    return " ".join(called.split())


def tie(brief: Brief) -> str:
    """The author's tie to the brand in plain words; empty where there is none to tell."""
    if brief.relationship == "employee":
        return f"I work at {brief.brand.name or 'the company behind this'}"
    return TIES.get(brief.relationship, "")


def disclosed(text: str, brief: Brief) -> str:
    """`text` as the first line of the first slot, opened by the author's tie to the brand."""
    if brief.relationship == "employee":
        return f"{tie(brief)}. {text}"
    label = LABELS.get(brief.relationship)
    return f"{label}: {text}" if label else text


def rating(brief: Brief, mode: str) -> str:
    """The sentence that states a game's rating, where the territory asks for it and the brief knows it."""
    country = brief.territory.partition("-")[0]
    board = RATED.get(country)
    if mode != "play" or not board:
        return ""
    known = [brief.title.ratings.get(brief.territory), brief.title.ratings.get(country), brief.title.rating]
    told = next((r.strip() for r in known if r and board in r.upper()), "")
    return f"Rated {told}." if told else ""


def link(brief: Brief, channel: Channel) -> str:
    """The title's address, where the brand's domains allow it and a link can be followed."""
    url = brief.title.url.strip()
    host = (urlsplit(url).hostname or "") if url.startswith("https://") else ""
    allowed = any(host == d.casefold() or host.endswith("." + d.casefold()) for d in brief.brand.domains if d)
    open_to_links = channel.rules.get("url_in_text", True) and channel.rules.get("links_clickable", True)
    return url if host and allowed and open_to_links and channel.kind in ("post", "crm") else ""


def linked(call: str, link: str) -> str:
    """An invitation with the address behind it."""
    if not link:
        return call
    return f"{call.removesuffix('.')}: {link}" if call and ":" not in call else f"{call} {link}".strip()


def hashtags(brief: Brief, channel: Channel, called: str) -> list[str]:
    """A few tags: the title, the brand, the kind."""
    most = channel.rules.get("hashtags_max", 0)
    if channel.kind != "post" or not isinstance(most, int) or most < 1:
        return []
    tags = [tag(words) for words in (called, brief.brand.name, brief.title.genre or brief.title.kind)]
    return list(dict.fromkeys(filter(None, tags)))[: min(most, HASHTAGS)]


def tag(words: str) -> str:
    """`words` as a hashtag, a capital for each word; empty where nothing of a word is left."""
    parts = re.findall(r"\w+", unicodedata.normalize("NFC", words.replace("'", "").replace("’", "")))
    joined = "".join(part[:1].upper() + part[1:] for part in parts)
    # Digits in a tag read as a number that no fact bears out.
    return f"#{joined}" if joined and not re.search(r"\d", joined) and len(joined) <= LONGEST_TAG else ""


def path(words: str, slot: Slot) -> str:
    """`words` as a part of an address; empty where they do not fit or hold no plain letters."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().casefold()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))
    fits = slug and (not slot.max or slot.length(slug) <= slot.max)
    return slug if fits and len(slug) >= len(words.replace(" ", "")) / 2 else ""


def imprint(brief: Brief) -> str:
    """Who writes, from where, and how to stop it; empty where the brief lacks either."""
    brand = brief.brand
    if not (brand.postal_address.strip() and brand.unsubscribe_url.strip()):
        return ""
    address = " ".join(brand.postal_address.split())
    sender = [] if not brand.name or brand.name.casefold() in address.casefold() else [brand.name]
    return "\n".join([*sender, address, f"Unsubscribe: {brand.unsubscribe_url.strip()}"])

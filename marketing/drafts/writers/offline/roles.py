"""What a slot wants, told by its name and, for slots never seen before, by its limits."""

from marketing.drafts.channels import Channel, Slot

# Slot names that say what they hold. Names not listed are told by their room.
NAMED = {
    "path": "path",
    "display_path": "path",
    "business_name": "brand",
    "brand_name": "brand",
    "advertiser": "brand",
    "sender": "brand",
    "app_name": "title",
    "ad_name": "title",
    "event_title": "title",
    "display_url": "address",
    "url": "address",
    "link": "address",
    "keywords": "keywords",
    "tags": "keywords",
    "tags_total": "keywords",
    "hashtags": "hashtags",
    "alt_text": "picture",
    "duration": "length",
    "first_comment": "hashtags",
}
STORE_NAMES = ("title", "name")  # in a store these are the title's own name
HEADLINE_NAMES = ("headline", "title", "subject", "hook", "caption_title", "card_headline", "subtitle")
WITHOUT_NEED = ("picture", "length", "keywords", "hashtags", "title", "address")  # left to people unless required

# Room in characters up to which a slot is written as such.
HEADLINE, SENTENCE, TEXT = 45, 160, 420
POST_ROOM = 280  # what people read of a post, however much a platform takes
PER_UNIT = {"words": 6.0, "seconds": 15.0, "utf8_bytes": 1.0}  # characters in a unit of counting
HOW_MANY = {"headline": 3, "sentence": 2, "text": 2, "path": 2}  # lines worth having where several may stand
COMBINED = 10  # a slot that takes so many lines is combined by the platform and wants choice


def role(slot: Slot, channel: Channel) -> str:
    """path, brand, title, address, keywords, hashtags, picture, length, headline, sentence, text or letter."""
    if channel.kind == "store" and slot.name in STORE_NAMES:
        return "title"
    if slot.name in NAMED:
        return NAMED[slot.name]
    space = room(slot, channel)
    if space <= HEADLINE or slot.name.endswith(HEADLINE_NAMES):
        return "headline"
    if space <= SENTENCE:
        return "sentence"
    return "text" if space <= TEXT else "letter"


def room(slot: Slot, channel: Channel) -> float:
    """How many characters there are to fill."""
    limit = (slot.soft or slot.max or 10_000) * PER_UNIT.get(slot.count, 1.0)
    return min(limit, POST_ROOM) if channel.kind == "post" else limit


def wanted(slot: Slot, channel: Channel) -> int:
    """How many lines to write: enough to choose from, never more than may stand."""
    least, most = slot.items
    name = role(slot, channel)
    if name in WITHOUT_NEED or (least == 0 and _is_another_form(slot, channel)):
        return least
    if most >= 100:  # no number is known
        return max(least, 1)
    if name == "headline" and most >= COMBINED:
        return COMBINED
    if name == "sentence" and least >= 2:
        return most
    return max(least, min(most, HOW_MANY.get(name, 1)))


def _is_another_form(slot: Slot, channel: Channel) -> bool:
    """Whether this slot is a second form of one before it ("text_premium" of "text")."""
    before = list(channel.slots)[: list(channel.slots).index(slot.name)]
    either = channel.rules.get("one_of")
    alternatives = either if isinstance(either, list) else []
    return any(
        slot.name.startswith(f"{name}_") or (slot.name in alternatives and name in alternatives) for name in before
    )

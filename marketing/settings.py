"""The choices of a workspace and of an installation, read at the edge and passed in.

A workspace's choices stand in its `settings.toml`; what is absent has the default below. The environment
holds what belongs to the installation: MARQUEE_WORKSPACE, MARQUEE_PERSON, MARQUEE_CHAT_MODEL, MARQUEE_ENGINE.
"""

import datetime as dt
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from marketing.errors import InputError

MEGABYTE = 1_000_000


class Limits(BaseModel):
    """What a file handed in may weigh before it is refused unread."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file_megabytes: float = Field(200, gt=0)
    unpacked_megabytes: float = Field(500, gt=0)  # a workbook that unpacks to this is read within a minute
    columns: int = Field(2_000, gt=0)
    cell_characters: int = Field(32_767, gt=0)  # Excel's own limit


class Brand(BaseModel):
    """How the brand speaks, as a brief carries it (BRIEF.json, `brand`)."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str = ""
    voice: str = ""
    never: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    postal_address: str = ""
    unsubscribe_url: str = ""


class Settings(BaseModel):
    """A workspace's choices."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "Workspace"
    today: dt.date | None = None  # sample data stand still; None means the clock's date
    language: str = "en"
    territory: str = ""
    horizon: int = Field(28, ge=1, le=730)  # periods ahead; four weeks is what planners ask for
    forecaster: str = "blend"
    segmenter: str = "latent_class"
    k: int | None = Field(None, ge=1, le=12)  # None: found by information criterion and stability
    allowed: dict[str, str] = Field(default_factory=dict)  # column on sex, age or postcode -> why groups may go by it
    weights: dict[str, float] = Field(
        default_factory=dict
    )  # "taste", "behaviour", "demographics" or a column: 1 is usual
    writer: str = "offline"
    chat_model: str = ""  # a name for LangChain's init_chat_model, such as "openai:gpt-5"
    channels: tuple[str, ...] = ("google_rsa", "meta_feed_ad", "instagram_post", "x_post", "email")
    variants: int = Field(3, ge=1, le=10)
    seed: int = 0
    workers: int = Field(0, ge=0)  # 0: one for each core
    engine: str = ""  # the address of a Dask scheduler ("tcp://host:8786") whose workers do it; this machine's if empty
    own_approval: bool = True  # may the writer of a draft approve it
    people: dict[str, str] = Field(default_factory=dict)  # name -> role
    brand: Brand = Brand()
    limits: Limits = Limits()

    def day(self, clock: dt.date) -> dt.date:
        """The date that counts as today."""
        return self.today or clock


FILE = "settings.toml"


def read(folder: Path, environment: Mapping[str, str]) -> Settings:
    """The settings of the workspace in `folder`; defaults where it has no file.

    Raises:
        InputError: the file is no TOML or holds what no setting can be; every fault is told.
    """
    path = folder / FILE
    try:
        text = path.read_text("utf-8") if path.is_file() else ""
        values = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{FILE} cannot be read: {error}. Correct it, or delete it for the defaults.") from error
    if model := environment.get("MARQUEE_CHAT_MODEL"):
        values |= {"writer": "chat_model", "chat_model": model}
    if address := environment.get("MARQUEE_ENGINE"):
        values["engine"] = address
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise InputError(f"{FILE} holds what cannot be: {told}. Correct it, or delete the line.") from error

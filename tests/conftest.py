"""What every test may count on: the environment of whoever runs the tests does not reach them."""

import os

import pytest
from hypothesis import settings

# Two processes of tests on two cores: each, and what it starts, does linear algebra in one thread.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"

settings.register_profile("marquee", deadline=None)  # how busy the machine is says nothing of the code
settings.load_profile("marquee")


@pytest.fixture(autouse=True)
def _environment_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("MARQUEE_")]:
        monkeypatch.delenv(name)

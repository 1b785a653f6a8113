"""What several tests share."""

from __future__ import annotations

import csv
import io
import lzma
import tarfile
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parent.parent / "fixtures"
LOCKS = FIXTURES / "locks"
CLASSIC = FIXTURES / "classic"


def recorded_loads(folder: Path = FIXTURES / "loads") -> list[dict[str, str]]:
    """Every load recorded there."""
    text = lzma.decompress((folder / "loads.tsv.xz").read_bytes()).decode()
    csv.field_size_limit(1 << 24)
    return list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="session")
def recorded_artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recorded models, unpacked once (our own archive)."""
    folder = tmp_path_factory.mktemp("loads")
    with tarfile.open(FIXTURES / "loads" / "artifacts.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "artifacts"

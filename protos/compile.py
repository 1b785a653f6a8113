"""Compile the .proto files here into the one FileDescriptorSet that the package ships.

Needs grpcio-tools (`pip install grpcio-tools`): its bundled protoc also brings google/protobuf/any.proto and
wrappers.proto, which are included so that the private pool depends on nothing else.
"""

from __future__ import annotations

import importlib.resources
import sys
from pathlib import Path

from grpc_tools import protoc

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "inspector" / "codec" / "descriptors.binpb"


def main() -> int:
    """Write descriptors.binpb; the exit status is protoc's."""
    well_known = importlib.resources.files("grpc_tools") / "_proto"
    sources = sorted(path.name for path in HERE.glob("*.proto"))
    return int(
        protoc.main(
            [
                "protoc",
                f"--proto_path={HERE}",
                f"--proto_path={well_known}",
                "--include_imports",
                f"--descriptor_set_out={TARGET}",
                *sources,
            ],
        ),
    )


if __name__ == "__main__":
    sys.exit(main())

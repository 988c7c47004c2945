"""What the programs write, in conda's shapes."""

import json
import sys


def write_json(value) -> None:
    # conda's own ends without a newline.
    sys.stdout.write(json.dumps(value, indent=2))
    sys.stdout.flush()


def channel_of(url: str) -> str:
    """The channel's address: `…/channel` of `…/channel/linux-64/name-1-0.conda`."""
    return url.rsplit("/", 2)[0]


def dist(record, program: str = "conda") -> dict:
    """One package as `conda list --json` has it, and with mamba its address and sums besides."""
    channel = channel_of(record.url)
    fields = {
        "base_url": channel,
        "build_number": record.build_number,
        "build_string": str(record.build),
        "channel": channel.rsplit("/", 1)[1],
        "dist_name": dist_name(record),
        "name": record.name.normalized,
        "platform": record.subdir,
        "version": str(record.version),
    }
    if program == "conda":
        return fields
    sums = {"md5": record.md5.hex() if record.md5 else "", "sha256": record.sha256.hex() if record.sha256 else ""}
    return dict(sorted({**fields, **sums, "url": record.url}.items()))


def full(record) -> dict:
    """One package as a channel's repodata has it, with where it is."""
    return {
        "build": str(record.build),
        "build_number": record.build_number,
        "build_string": str(record.build),
        "channel": channel_of(record.url),
        "constrains": list(record.constrains),
        "depends": list(record.depends),
        "fn": record.url.rsplit("/", 1)[1],
        "license": record.license,
        "md5": record.md5.hex() if record.md5 else None,
        "name": record.name.normalized,
        "sha256": record.sha256.hex() if record.sha256 else None,
        "size": record.size,
        "subdir": record.subdir,
        "timestamp": int(record.timestamp.timestamp() * 1000) if record.timestamp else 0,
        "track_features": "",
        "url": record.url,
        "version": str(record.version),
    }


def dist_name(record) -> str:
    return f"{record.name.normalized}-{record.version}-{record.build}"

"""JSON as bytes, for what is written in every turn."""

import json
from typing import Any

import orjson


def dumps(value: Any) -> bytes:
    """As `json.dumps`, several times faster; a float that JSON does not know becomes null."""
    try:
        return orjson.dumps(value)
    except TypeError:
        # A lone surrogate, or a number of more than 64 bits.
        return json.dumps(value).encode()

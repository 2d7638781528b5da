"""The secrets of one folder, made up at its first start."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from embedded.errors import EmbeddedError


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """What is made up once for one folder and kept in its secrets.json (mode 0600)."""

    owner_password: str
    gateway_password: str
    jwt_secret: str

    @classmethod
    def of(cls, folder: Path) -> "Secrets":
        """Read secrets.json, or make it. EmbeddedError when it is damaged."""
        path = folder / "secrets.json"
        try:
            return cls(**json.loads(path.read_text()))
        except FileNotFoundError:
            made = cls(**{field.name: secrets.token_hex(32) for field in fields(cls)})
            made._write(path)
            return made
        except (ValueError, TypeError) as exc:
            raise EmbeddedError(f"{path} is damaged.", hint="Restore it, or run `clarity reset`.") from exc

    def _write(self, path: Path) -> None:
        # Complete or absent: an interrupted first start must not leave half a file.
        partial = path.with_suffix(".partial")
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            json.dump(asdict(self), file, indent=2)
        partial.rename(path)

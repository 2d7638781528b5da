"""Picking from a JSON document by JSONPath (RFC 9535), in time that grows with the document and no faster."""

import re
from dataclasses import dataclass, field
from typing import Any, Self

from jsonpath import JSONPath, JSONPathEnvironment
from jsonpath.exceptions import JSONPathError

from core.errors import ToolFailed

MAX_PATH_CHARS = 200
QUOTED = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")
# One `..` reads the document once; each further one, each list of selectors, and each filter that looks at
# the whole document again, could multiply that. The comma keeps out match() and search() as well, whose
# regular expressions could take forever.
COSTLY = re.compile(r"\.\..*\.\.|,|.+\$|\?.*\?", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class JsonPath:
    """A compiled path. A path that can only mean one place gives its value, any other a list."""

    text: str
    compiled: JSONPath = field(repr=False)

    @classmethod
    def of(cls, text: str) -> Self:
        """ValueError with the rest of a sentence for what is no JSONPath, or one that may be costly."""
        bare = QUOTED.sub("''", text)
        if len(text) > MAX_PATH_CHARS or COSTLY.search(bare):
            raise ValueError("is a JSONPath with more than one .., filter, list of selectors or inner $")
        try:
            compiled = JSONPathEnvironment(strict=True).compile(text)
        except JSONPathError as exc:
            raise ValueError(f"is no JSONPath: {str(exc).splitlines()[0][:100]}") from exc
        if not isinstance(compiled, JSONPath):
            raise ValueError("is more than one JSONPath")  # noqa: TRY004 - the value is the row's
        return cls(text=text, compiled=compiled)

    def pick(self, document: Any) -> Any:
        """Raises ToolFailed when the document has nothing there."""
        try:
            found = self.compiled.findall(document)
        except (JSONPathError, RecursionError) as exc:
            raise ToolFailed("The service's answer is nested too deeply.") from exc
        if not self.compiled.singular_query():
            return found
        if not found:
            raise ToolFailed(f"The service's answer has nothing at {self.text}.")
        return found[0]

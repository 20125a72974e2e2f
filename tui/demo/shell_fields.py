"""From a word of shell to what a command is given: variables, outputs of commands, file names."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Awaitable, Callable, Mapping

from tui.demo.files import Files
from tui.demo.shell_words import Part, Word

MAGIC = re.compile(r"[*?\[]")

Run = Callable[[str], Awaitable[str]]
"""Runs some lines and gives what they wrote."""


class Fields:
    """Fills words in, as of now."""

    def __init__(self, variables: Mapping[str, str], files: Files, folder: str, run: Run) -> None:
        self._variables = variables
        self._files = files
        self._folder = folder
        self._run = run

    async def one(self, word: Word) -> str:
        """A word that stays one: a path, or a variable's new value."""
        texts = [await self._value(part) for part in word]
        return self._home(word, "".join(texts))

    async def many(self, word: Word) -> list[str]:
        """What a word becomes: often one field, sometimes none or several."""
        found: list[tuple[str, str]] = []
        text: str | None = None
        pattern = ""
        for part in word:
            value = await self._value(part)
            if part.quoted or part.kind == "text":
                text = (text or "") + value
                pattern += value if not part.quoted else re.sub(r"([*?\[])", r"[\1]", value)
                continue
            pieces = re.split(r"[ \t\n]+", value)
            for number, piece in enumerate(pieces):
                if number and text is not None:
                    found.append((text, pattern))
                    text, pattern = None, ""
                if piece:
                    text, pattern = (text or "") + piece, pattern + piece
        if text is not None:
            found.append((self._home(word, text), self._home(word, pattern)))
        return [name for text, pattern in found for name in self._names(pattern) or [text]]

    async def _value(self, part: Part) -> str:
        if part.kind == "variable":
            return self._variables.get(part.text, "") or part.default
        if part.kind == "command":
            return (await self._run(part.text)).rstrip("\n")
        return part.text

    def _home(self, word: Word, text: str) -> str:
        first = word[0]
        if first.kind == "text" and not first.quoted and (text == "~" or text.startswith("~/")):
            return self._variables.get("HOME", "/") + text[1:]
        return text

    def _names(self, pattern: str) -> list[str]:
        """The paths that a pattern stands for."""
        if not MAGIC.search(pattern):
            return []
        found = ["/"] if pattern.startswith("/") else [""]
        for step in pattern.strip("/").split("/"):
            found = [f"{start}{name}" for start in found for name in self._matching(start, step)]
            found = [f"{one}/" for one in found]
        return [one.rstrip("/") for one in found]

    def _matching(self, start: str, step: str) -> list[str]:
        folder = start if start.startswith("/") else f"{self._folder.rstrip('/')}/{start}"
        folder = folder.rstrip("/") or "/"
        names = self._files.listed(folder) if self._files.is_folder(folder) else []
        return [
            name
            for name in names
            if fnmatch.fnmatchcase(name, step) and name.startswith(".") <= (step[0] == ".")
        ]

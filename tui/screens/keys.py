"""Keys as people read them."""

from __future__ import annotations

from textual.keys import KEY_TO_UNICODE_NAME, REPLACED_KEYS

_WORDS = {
    "escape": "esc",
    "delete": "del",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def key_words(key: str) -> str:
    """One of Textual's key names, or several with commas between them, as a person reads them.

    "ctrl+k" is "ctrl-k", "question_mark" is "?", "j,down" is "j ↓"; what stands on the key stays itself.
    """
    if "," in key and len(key) > 1:
        return " ".join(key_words(each) for each in key.split(","))
    if len(key) <= 1:
        return key
    *modifiers, last = key.split("+")
    return "-".join([*modifiers, _WORDS.get(last) or _character(last)])


def _character(name: str) -> str:
    """The character of a name such as "left_square_bracket"; other names stay as they are."""
    import unicodedata

    full = REPLACED_KEYS.get(name, name)
    try:
        found = unicodedata.lookup(KEY_TO_UNICODE_NAME.get(full, full.replace("_", " ").upper()))
    except KeyError:
        return name
    return found if found.isprintable() and found != " " else name

"""What ssh runs to ask a person something: hands the question to Wharf and prints the answer.

A program of its own, run by its path and without the package around it:
`python -I -S askpass.py SOCKET WORDS`. It ends with 1 when there is no answer.
"""

from __future__ import annotations

import json
import os
import socket
import sys


def main(path: str, words: str) -> int:
    """Ask over the socket; the answer is a line, and none when the question was cancelled."""
    question = {"words": words, "hint": os.environ.get("SSH_ASKPASS_PROMPT", "")}
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(path)
            line.sendall(json.dumps(question).encode() + b"\n")
            with line.makefile("rb") as reader:
                answer = reader.readline()
    except OSError:
        return 1
    if not answer.endswith(b"\n"):
        return 1
    sys.stdout.buffer.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""))

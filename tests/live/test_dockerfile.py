"""What is called a mistake in a Dockerfile is refused by real builders, in that line; the rest is built."""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path

import docker

from tests.live.engine import PrivateEngine
from tui.engine.dockerfile_lines import read
from tui.engine.dockerfile_look import Look
from tui.engine.dockerfile_mistake import Severity

START = "FROM scratch\n"
MISREAD = (
    "# nothing\n",
    "LABEL a=b\nFROM scratch\n",
    "FROM scratch AS\n",
    "FROM scratch AS 1a\n",
    "FROM --foo=1 scratch\nCMD x\n",
    "# escape=x\nFROM scratch\nCMD x\n",
    START + "CMD a \\\\\nb\n",
    START + 'CMD ["a", 1]\n',
    START + "SHELL /bin/sh\n",
    START + "SHELL []\n",
    START + "EXPOSE\n",
    START + "ENV A\n",
    START + "ENV A=b \\\n C\n",
    START + "ENV =x\n",
    START + "LABEL A\n",
    START + "ARG =x\n",
    START + "COPY f\n",
    START + 'ADD ["f"]\n',
    START + "COPY --from f /\n",
    START + "COPY --foo=1 f /\n",
    START + "WORKDIR\n",
    START + "HEALTHCHECK NONE x\n",
    START + "HEALTHCHECK foo\n",
    START + "HEALTHCHECK --interval=5 CMD x\n",
    START + "HEALTHCHECK --interval=1us CMD x\n",
    START + "HEALTHCHECK --retries=x CMD x\n",
    START + 'VOLUME [""]\n',
    START + "ONBUILD ONBUILD RUN x\n",
    START + "ONBUILD FROM x\n",
    START + "ONBUILD ENV A\n",
    START + "\\\n",
)
"""What the parser refuses, which both builders share."""
REFUSED = (
    "FROM Scratch\n",
    "FROM busybox:\n",
    "# escape=`\n# escape=`\nFROM scratch\nCMD x\n",
    START + "RUNN x\n",
    START + "EXPOSE 99999\n",
    START + "EXPOSE 80/xyz\n",
    START + "EXPOSE 80-70\n",
    START + 'ENV A="b\n',
    START + "COPY --from=0 f /\n",
    START + 'COPY "f /\n',
    START + "STOPSIGNAL FOO\n",
)
"""What each builder refuses by itself, and a few more."""
GOOD = (
    START + "CMD ['a']\nCMD [\"a\",]\nCMD\nENTRYPOINT\n",
    START + 'CMD a \\\n\n  # comment\n b \\\n["c"]\n',
    "\ufeffFROM scratch\r\nCMD x \\\r\n y\r\n",
    "FR\\\nOM scratch\n\tcmd x\nCMD a \\",
    "# escape=`\nARG A=1\nFROM scratch AS a\nCOPY f `\n /\nFROM a\nCOPY --from=a /f /g\nCOPY --from=0 f g\n",
    START + "EXPOSE 0 53/udp 80-90 $A\nSTOPSIGNAL 99\nSTOPSIGNAL sigrtmin+3\nUSER a b\nVOLUME /a /b\n",
    START + "ENV A b c\nENV D=e F='g h' I=\"j k\" L=m\\ n\nLABEL a b\nARG a=b\nWORKDIR a\nMAINTAINER a b\n",
    START + "HEALTHCHECK NONE\nHEALTHCHECK --interval=1m30s --timeout=1.5s CMD x\nONBUILD FOO x\n",
    START + 'SHELL ["a", "b"]\nADD ["f", "/x y"]\nCOPY --chown=1:2 f f /z/\nONBUILD COPY f\n',
)
FOR_BUILDKIT = (START + "COPY <<A <<-'B' /to/\nFROM x\nA\n\tB\nCOPY --link --chmod=755 f /\n",)
LINE = re.compile(r"(?:parse error on line |parse error line |Dockerfile:)(\d+)")


def refused(text: str) -> tuple[list[int], bool]:
    """The lines of the instructions that are called mistakes, and whether there are any."""
    lines: list[int] = []
    errors = [each for each in Look(text).problems if each.severity is Severity.ERROR]
    for each in errors:
        statement = read(text).at(each.line)
        lines += range(statement.first, statement.last + 1) if statement else [each.line - 1, each.line]
    return lines, bool(errors)


def compared(text: str, answer: str) -> str | None:
    """What a builder says otherwise; `answer` is why it refuses, or "" when it does not."""
    lines, expected = refused(text)
    if expected != bool(answer):
        return f"{text!r}: {answer or 'built'}"
    named = LINE.search(answer)
    return f"{text!r}: {answer}" if named is not None and int(named[1]) not in lines else None


def classic(api: docker.APIClient, text: str) -> str:
    """Why the classic builder refuses a file."""
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as tar:
        for name, data in (("Dockerfile", text.encode()), ("f", b"x")):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    context.seek(0)
    try:
        items = list(api.build(fileobj=context, custom_context=True, decode=True, rm=True))
    except docker.errors.APIError as error:
        return str(error.explanation)
    return "".join(str(item["error"]) for item in items if "error" in item)


def test_the_classic_builder_refuses_the_same_lines(engine: PrivateEngine, api: docker.APIClient) -> None:
    found = [compared(text, classic(api, text)) for text in (*MISREAD, *REFUSED, *GOOD)]
    assert [each for each in found if each] == []


def test_buildkit_refuses_the_same_lines(near: PrivateEngine) -> None:
    folder = Path(near.folder) / "context"
    folder.mkdir()
    (folder / "f").write_text("x")
    found = []
    for text in (*REFUSED, *GOOD, *FOR_BUILDKIT):
        (folder / "Dockerfile").write_bytes(text.encode())
        ran = near.run("docker", "buildx", "build", "--progress=plain", str(folder))
        said = [row for row in ran.output.splitlines() if row.startswith(("ERROR", "Dockerfile:"))]
        found.append(compared(text, "\n".join(said) if ran.code else ""))
    assert [each for each in found if each] == []

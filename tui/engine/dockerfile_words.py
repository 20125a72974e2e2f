"""A word of help for each instruction of a Dockerfile: what it does, and how it looks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "FROM": "Begins a stage on top of an image, with all that it holds.\nFROM python:3.12-slim AS build",
        "MAINTAINER": "Says who keeps the image. Out of use: a LABEL says it too.\n"
        'LABEL org.opencontainers.image.authors="ann@example.org"',
        "RUN": "Runs a command during the build; what it changes becomes a layer.\n"
        "RUN apt-get update && apt-get install -y curl",
        "CMD": 'What a container runs unless `docker run` says something else.\nCMD ["python", "app.py"]',
        "LABEL": "Notes on the image, as names and values; `docker inspect` shows them.\n"
        'LABEL version="1.0" description="Our shop"',
        "EXPOSE": "Says where the program listens. `docker run -p 8080:80` opens it.\nEXPOSE 80",
        "ENV": "Sets a variable for the rest of the build and in every container.\n"
        "ENV LANG=C.UTF-8 PORT=8000",
        "ADD": "Copies as COPY does; it also unpacks archives and fetches URLs.\nADD rootfs.tar.gz /",
        "COPY": "Copies files from the build's folder, or from another stage.\n"
        "COPY app.py /app/     COPY --from=build /out /app",
        "ENTRYPOINT": 'The program that always runs; CMD or `docker run` adds to it.\nENTRYPOINT ["curl"]',
        "VOLUME": "A folder whose files live in a volume, beside the container.\nVOLUME /var/lib/data",
        "USER": "Who runs what is below it, and the container: best not root.\nUSER app     USER 1000:1000",
        "WORKDIR": "The folder for what is below it; made if it is not there.\nWORKDIR /app",
        "ARG": "A value for the build: `docker build --build-arg` may change it.\nARG VERSION=1.0",
        "ONBUILD": "Holds an instruction back for builds that say FROM this image.\nONBUILD COPY . /app",
        "STOPSIGNAL": "By which signal `docker stop` asks to end; else SIGTERM.\nSTOPSIGNAL SIGQUIT",
        "HEALTHCHECK": "What the Engine runs now and then to see if all is well.\n"
        "HEALTHCHECK --interval=30s CMD curl -f http://localhost/",
        "SHELL": 'The shell for commands without brackets that stand below it.\nSHELL ["/bin/bash", "-c"]',
    }
)
"""By the instruction in capitals: one line on what it does, and one with an example."""

"""Dockerfiles to begin with: small, right, and each line explained."""

from __future__ import annotations

from typing import NamedTuple


class Template(NamedTuple):
    """One Dockerfile to begin with."""

    id: str
    title: str
    """What it is for, in a few words."""
    text: str


TEMPLATES = (
    Template(
        "site",
        "Static site: files served by nginx",
        """\
# A web server with your files in it.
FROM nginx:1.27-alpine

# nginx serves what is in this folder; put your pages into ./site.
COPY site/ /usr/share/nginx/html/

# Says which port it listens on; `docker run -p 8080:80` publishes it.
EXPOSE 80

# The command that starts nginx comes with the base image.
""",
    ),
    Template(
        "python",
        "Python app: packages from requirements.txt",
        """\
# The interpreter, in its small variant.
FROM python:3.12-slim

# Where the following instructions work, and where the app starts; made if it is not there.
WORKDIR /app

# Print at once, so that `docker logs` shows it when it happens.
ENV PYTHONUNBUFFERED=1

# Packages first: this step stays in the cache until requirements.txt changes.
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

# The code changes most often, so it comes last. A .dockerignore leaves out what has no place here.
COPY . .

# Not as root: whoever breaks into the app has as little as possible.
RUN useradd --create-home app
USER app

EXPOSE 8000

# In brackets, so that the app itself gets the signal of `docker stop`, and not a shell.
CMD ["python", "app.py"]
""",
    ),
    Template(
        "node",
        "Node app: packages from package-lock.json",
        """\
FROM node:22-slim

WORKDIR /app
ENV NODE_ENV=production

# Packages first: this step stays in the cache until these two files change.
COPY package.json package-lock.json ./
RUN npm ci --omit=dev

# The code; name node_modules in .dockerignore, so that yours is not copied over the one made above.
COPY . .

# This image brings a user without rights along.
USER node

EXPOSE 3000

# In brackets, so that node itself gets the signal of `docker stop`.
CMD ["node", "server.js"]
""",
    ),
    Template(
        "go",
        "Go program: built in one stage, alone in the next",
        """\
# The first stage has the compiler, and is thrown away.
FROM golang:1.23 AS build

WORKDIR /src

# Modules first: this step stays in the cache until these files change. (go.sum is missing without modules.)
COPY go.mod go.su[m] ./
RUN go mod download

COPY . .

# A static program needs no libraries of a system.
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /app .

# The second stage holds nothing but the program.
FROM scratch

# For programs that speak TLS: whom to trust.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /app /app

# A number, as there is no list of users here.
USER 65534

ENTRYPOINT ["/app"]
""",
    ),
    Template(
        "debian",
        "Command line tool on Debian",
        """\
FROM debian:bookworm-slim

# One step: lists that are fetched and removed in the same step take no room in the image.
RUN apt-get update \\
    && apt-get install -y --no-install-recommends curl ca-certificates \\
    && rm -rf /var/lib/apt/lists/*

# Where the person's files are mounted: docker run --rm -v "$PWD:/work" NAME https://example.org
WORKDIR /work

# What follows the image's name in `docker run` is added to ENTRYPOINT; without any, CMD is.
ENTRYPOINT ["curl"]
CMD ["--help"]
""",
    ),
)
"""In the order in which they are offered."""

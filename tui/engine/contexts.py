"""The docker CLI's contexts: read, made, changed and removed in the files that the CLI itself keeps."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.engine.context_draft import ContextError, Draft, Material, material
from tui.engine.context_files import change_config, put_folder, replace_file
from tui.engine.endpoint import DEFAULT_URL, config_dir, docker_config

DEFAULT = "default"
DEFAULT_WORDS = "Current DOCKER_HOST based configuration"
"""What the docker CLI says of its default context."""

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.+-]+")
"""The docker CLI's rule."""

FILES = ("ca.pem", "cert.pem", "key.pem")


@dataclass(frozen=True, slots=True)
class Context:
    """One docker context, its strings exactly as they stand in the files."""

    name: str
    url: str
    description: str = ""
    tls: bool = False
    """Whether it holds TLS files."""
    skip_verify: bool = False
    current: bool = False
    """Whether the docker CLI uses it in this shell."""
    broken: str = ""
    """Why it cannot be used, in one sentence; "" when it can."""


def contexts(env: Mapping[str, str] = os.environ) -> list[Context]:
    """All contexts, "default" first, the others by name; those that cannot be read among them, as broken."""
    current = current_name(env)
    found = [_read(path, current, env) for path in sorted(_root(env).glob("meta/*/meta.json"))]
    if current != DEFAULT and all(context.name != current for context in found):
        found.append(
            Context(current, "", current=True, broken="It is the current context, and does not exist.")
        )
    default = Context(
        DEFAULT, env.get("DOCKER_HOST") or DEFAULT_URL, DEFAULT_WORDS, current=current == DEFAULT
    )
    return [default, *sorted(found, key=lambda context: context.name)]


def current_name(env: Mapping[str, str] = os.environ) -> str:
    """The name of the context that the docker CLI uses in this shell."""
    if env.get("DOCKER_HOST"):
        return DEFAULT
    return env.get("DOCKER_CONTEXT") or kept_name(env)


def kept_name(env: Mapping[str, str] = os.environ) -> str:
    """The context that config.json names, which shells without DOCKER_HOST and DOCKER_CONTEXT use."""
    return str(docker_config(env).get("currentContext") or DEFAULT)


def override(env: Mapping[str, str] = os.environ) -> str:
    """The environment variable because of which config.json does not count in this shell; "" without one."""
    return next((name for name in ("DOCKER_HOST", "DOCKER_CONTEXT") if env.get(name)), "")


def name_problem(name: str, env: Mapping[str, str] = os.environ) -> str | None:
    """What is wrong with a name for another context; None when it can be taken."""
    if name == DEFAULT:
        return "'default' is reserved: it stands for DOCKER_HOST, else the local Engine."
    if not NAME.fullmatch(name):
        return "Two or more letters, digits and _ . + -, a letter or digit first."
    return f"There is a context {name} already." if meta_file(name, env).exists() else None


def read(name: str, env: Mapping[str, str] = os.environ) -> Context:
    """One context that can be used. Raises ContextError."""
    found = next((context for context in contexts(env) if context.name == name), None)
    if found is None:
        raise ContextError(f"there is no context {name!r}")
    if found.broken:
        raise ContextError(found.broken)
    return found


def draft_of(name: str, env: Mapping[str, str] = os.environ) -> Draft:
    """A context as what could be changed of it; its TLS files are those it keeps. Raises ContextError."""
    context = read(name, env)
    paths = [tls_folder(name, env) / file for file in FILES]
    ca, cert, key = (str(path) if path.is_file() else "" for path in paths)
    return Draft(name, context.url, context.description, ca, cert, key, context.skip_verify)


def create(draft: Draft, env: Mapping[str, str] = os.environ) -> None:
    """Make a context, as `docker context create`. Raises ContextError, and leaves nothing behind then."""
    if problem := name_problem(draft.name, env):
        raise ContextError(problem, "name")
    files = material(draft)
    meta = {
        "Name": draft.name,
        "Metadata": {"Description": draft.description} if draft.description else {},
        "Endpoints": {"docker": {"Host": draft.address, "SkipTLSVerify": draft.skip_verify}},
    }
    with _failing(f"the context {draft.name} was not created"):
        _write(draft.name, meta, files, env)


def edit(draft: Draft, env: Mapping[str, str] = os.environ) -> None:
    """Change the context of this name, as `docker context update`. Raises ContextError.

    What Wharf does not know of (other endpoints, other metadata) stays. Until the meta is written, the
    context is as it was.
    """
    _storable(draft.name)
    before = read(draft.name, env)
    files = material(draft)
    with _failing(f"the context {draft.name} was not changed"):
        meta = json.loads(meta_file(draft.name, env).read_text("utf-8"))
        metadata = meta.setdefault("Metadata", {}) or {}
        meta["Metadata"] = {**metadata, "Description": draft.description}
        if not draft.description:
            del meta["Metadata"]["Description"]
        docker = {**meta["Endpoints"]["docker"], "SkipTLSVerify": draft.skip_verify}
        if draft.host != before.url:
            docker["Host"] = draft.address
        meta["Endpoints"]["docker"] = docker
        _write(draft.name, meta, files, env)


def remove_problem(name: str, env: Mapping[str, str] = os.environ) -> str | None:
    """Why a context cannot be removed; None when it can."""
    if name == DEFAULT:
        return "The default context cannot be removed: it is not stored anywhere."
    if name in (current_name(env), kept_name(env)):
        return f"The context {name} is in use by the docker CLI: have it use another one first."
    there = meta_file(name, env).exists()
    return None if there else f"Docker finds no context {name}: what is left of it has to be removed by hand."


def files_of(name: str, env: Mapping[str, str] = os.environ) -> list[Path]:
    """The files that a context consists of."""
    folders = (meta_file(name, env).parent, tls_folder(name, env).parent)
    return [path for folder in folders for path in sorted(folder.rglob("*")) if not path.is_dir()]


def remove(name: str, env: Mapping[str, str] = os.environ) -> None:
    """Remove a context and its TLS files, as `docker context rm`. Raises ContextError."""
    if problem := remove_problem(name, env):
        raise ContextError(problem)
    meta, tls = meta_file(name, env), tls_folder(name, env).parent
    with _failing(f"the context {name} was not removed"):
        # first: a context that lost only its TLS files would be used without them
        meta.unlink()
    with _failing(f"the context {name} is removed, but not all of its files"):
        shutil.rmtree(meta.parent)
        if tls.exists():
            shutil.rmtree(tls)


def use(name: str, env: Mapping[str, str] = os.environ) -> str:
    """Have the docker CLI use a context from now on, as `docker context use`.

    Returns what stands in its way in this shell, in one sentence, or "". Raises ContextError.
    """
    if name != DEFAULT:
        read(name, env)
    with _failing("config.json was not changed"):
        _keep_current(config_dir(env) / "config.json", name)
    by = override(env)
    return f"{by} is set and goes before it: this shell's docker does not follow." if by else ""


def inspect(name: str, env: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """What `docker context inspect` prints of a stored context. Raises ContextError."""
    if name == DEFAULT:
        url = read(DEFAULT, env).url
        return {
            "Name": DEFAULT,
            "Metadata": {},
            "Endpoints": {"docker": {"Host": url, "SkipTLSVerify": False}},
            "TLSMaterial": {},
            "Storage": {"MetadataPath": "<IN MEMORY>", "TLSPath": "<IN MEMORY>"},
        }
    meta, tls = meta_file(name, env), tls_folder(name, env)
    with _failing(f"the context {name} cannot be read"):
        found = json.loads(meta.read_text("utf-8"))
    kept = sorted(path.name for path in tls.glob("*.pem"))
    return {
        **found,
        "TLSMaterial": {tls.name: kept} if kept else {},
        "Storage": {"MetadataPath": str(meta.parent), "TLSPath": str(tls.parent)},
    }


def meta_file(name: str, env: Mapping[str, str] = os.environ) -> Path:
    """Where a context of this name is kept."""
    return _root(env) / "meta" / _digest(name) / "meta.json"


def tls_folder(name: str, env: Mapping[str, str] = os.environ) -> Path:
    """Where its TLS files are kept."""
    return _root(env) / "tls" / _digest(name) / "docker"


def _root(env: Mapping[str, str]) -> Path:
    return config_dir(env) / "contexts"


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def _read(path: Path, current: str, env: Mapping[str, str]) -> Context:
    """The context that a meta.json describes."""
    name = path.parent.name[:12]
    try:
        meta = json.loads(path.read_text("utf-8"))
        name = str(meta["Name"])
        docker = meta["Endpoints"]["docker"]
        url = str(docker["Host"])
        skip = bool(docker.get("SkipTLSVerify"))
        metadata = meta.get("Metadata")
        description = str(metadata.get("Description") or "") if isinstance(metadata, dict) else ""
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        return Context(name, "", current=name == current, broken=f"{path} cannot be used: {_words(error)}.")
    broken = ""
    if not NAME.fullmatch(name) or name == DEFAULT:
        broken = f"{path} bears a name that docker does not take."
    elif _digest(name) != path.parent.name:
        broken = f"{path} is in the place of another name: docker does not find it."
    tls = any((tls_folder(name, env) / file).is_file() for file in FILES)
    return Context(name, url, description, tls, skip, name == current and not broken, broken)


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return "it is no JSON"
    return (
        f"it has no {error.args[0]}" if isinstance(error, KeyError) else "it is not built as docker builds it"
    )


def _storable(name: str) -> None:
    if name == DEFAULT:
        raise ContextError("the default context is not stored: it is DOCKER_HOST, else the local Engine")


@contextmanager
def _failing(what: str) -> Iterator[None]:
    """Say what did not happen when a file cannot be read or written."""
    try:
        yield
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise ContextError(f"{what}: {error.strerror or error}{where}") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ContextError(f"{what}: {_words(error)}") from error


def _write(name: str, meta: Mapping[str, Any], files: Material, env: Mapping[str, str]) -> None:
    """Put the TLS files and then the meta in their places; on an error all is as it was before."""
    path, tls = meta_file(name, env), tls_folder(name, env)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with put_folder(tls, files, _root(env) / "tls"):
            replace_file(path, _json(meta), 0o644)
    finally:
        if not path.exists():
            path.parent.rmdir()


def _json(value: Any) -> bytes:
    """JSON as Go's encoder writes it, so that the file is the one that the docker CLI would have written."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    # half a surrogate pair becomes the escape that it was in the file
    return text.encode("utf-8", "backslashreplace")


def _keep_current(path: Path, name: str) -> None:
    """Write the current context into config.json."""

    def change(config: dict[str, Any]) -> bool:
        if name != DEFAULT:
            config["currentContext"] = name
            return True
        return config.pop("currentContext", None) is not None

    change_config(path, change)


def options(draft: Draft, before: Draft | None = None) -> Sequence[str]:
    """The options of `docker context create`, or of `update` where there is a draft from before."""
    found = []
    if draft.description != (before.description if before is not None else ""):
        found += ["--description", draft.description]
    if before is None or draft.endpoint != before.endpoint:
        found += ["--docker", draft.option]
    return found

"""Certificates for an Engine on TLS, good ones and bad, each in a folder as DOCKER_CERT_PATH wants it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.live.engine import PrivateEngine

SCRIPT = r"""
set -eu
cd "$1"
new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }
# authority NAME: one that signs
authority() {
    mkdir "$1"
    new_key "$1/key.pem"
    openssl req -new -x509 -days 2 -subj "/CN=$1" -key "$1/key.pem" -out "$1/ca.pem" \
        -addext keyUsage=critical,keyCertSign,cRLSign
}
# signed FOLDER AUTHORITY PURPOSE BEGIN END: a key and a certificate; times as YYYYMMDDHHMMSSZ
signed() {
    mkdir "$1"
    cp "$2/ca.pem" "$1/ca.pem"
    new_key "$1/key.pem"
    printf '%s\n' '[ca]' 'default_ca=own' '[own]' "new_certs_dir=$1" "database=$1/index" "default_md=sha256" \
        'rand_serial=yes' 'policy=any' '[any]' 'commonName=supplied' '[leaf]' 'basicConstraints=CA:FALSE' \
        'keyUsage=critical,digitalSignature' "extendedKeyUsage=$3" 'authorityKeyIdentifier=keyid' \
        'subjectAltName=IP:127.0.0.1,DNS:localhost' >"$1/conf"
    : >"$1/index"
    openssl req -new -subj "/CN=$1" -key "$1/key.pem" -out "$1/request"
    openssl ca -batch -notext -config "$1/conf" -extensions leaf -cert "$2/ca.pem" -keyfile "$2/key.pem" \
        -startdate "$4" -enddate "$5" -in "$1/request" -out "$1/cert.pem"
}
day() { date -u -d "$1" +%Y%m%d%H%M%SZ; }
before=$(day '3 days ago') yesterday=$(day yesterday) tomorrow=$(day tomorrow)
authority authority
authority other
signed server authority serverAuth "$yesterday" "$tomorrow"
signed expired authority serverAuth "$before" "$yesterday"
signed client authority clientAuth "$yesterday" "$tomorrow"
signed stranger other clientAuth "$yesterday" "$tomorrow"
cp authority/ca.pem stranger/ca.pem
mkdir mistrustful nameless
cp client/*.pem mistrustful
cp other/ca.pem mistrustful
cp authority/ca.pem nameless
chown -R "$2" .
"""
"""Run by the Engine's own tree, so that nothing but the tests' Engines needs openssl."""


class Certificates:
    """An authority of one Engine, another one, and what they signed; valid for 127.0.0.1 and localhost.

    `PrivateEngine.tls` shows what is in "server" or "expired". The other folders are a client's.
    """

    def __init__(self, engine: PrivateEngine) -> None:
        """Make them in the Engine's folder; raises AssertionError when openssl does not."""
        self.folder = engine.folder / "certificates"
        self.folder.mkdir()
        owner = f"{os.getuid()}:{os.getgid()}"
        ran = engine.run("sh", "-c", SCRIPT, "certificates", str(self.folder), owner)
        assert ran.code == 0, f"no certificates:\n{ran.output}"

    @property
    def client(self) -> Path:
        """What the Engine wants: its ca.pem, and cert.pem with key.pem that it trusts."""
        return self.folder / "client"

    @property
    def mistrustful(self) -> Path:
        """A good client certificate, with the ca.pem of another authority: the Engine is not trusted."""
        return self.folder / "mistrustful"

    @property
    def stranger(self) -> Path:
        """A client certificate that another authority signed: the Engine does not trust it."""
        return self.folder / "stranger"

    @property
    def nameless(self) -> Path:
        """The Engine's ca.pem alone, and no client certificate."""
        return self.folder / "nameless"

"""One self-contained page: style, script and data inside, and a policy that forbids all else."""

from __future__ import annotations

import json
import pkgutil
from base64 import b64encode
from hashlib import sha256
from string import Template
from typing import TYPE_CHECKING

from merkle.web.markup import Html, text

if TYPE_CHECKING:
    from collections.abc import Sequence


def page(title: str, body: Html, styles: Sequence[str], script: str) -> bytes:
    """Return a page of the common look and of the named styles and script of this package.

    The policy lets only these work: a text that slipped through could load, send and run nothing.
    """
    style = "".join(map(_file, ("page.css", *styles)))
    code = _file(script)
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(code)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    filled = Template(_file("page.html")).substitute(
        title=text(title), policy=policy, style=style, body=body, script=code
    )
    return filled.encode("utf-8")


def data(name: str, document: object) -> Html:
    """Embed a document for the script; nothing in it can end the element or begin another."""
    written = json.dumps(document, separators=(",", ":"))  # ASCII: U+2028 and the like are escaped
    for sign in "<>&":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return Html(f'<script type="application/json" id="{text(name)}">{written}</script>')


def _digest(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode('utf-8')).digest()).decode('ascii')}"


def _file(name: str) -> str:
    content = pkgutil.get_data(__name__, name)
    assert content is not None, "it stands beside this module"  # noqa: S101 - package data
    return content.decode("utf-8")

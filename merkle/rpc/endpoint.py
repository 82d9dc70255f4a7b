"""The URL of a node -> where to connect, and how it may be shown."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from merkle.rpc.errors import RpcError

if TYPE_CHECKING:
    from urllib3.util import Url

_SEPARATORS: Final = re.compile("[/?&=]+")
_SHORTEST_KEY: Final = 8  # characters
_SHOWABLE: Final = r"[!-~]+"  # no blank, nothing a terminal or a header line would act on
_REMEDY: Final = "write http:// or https://, the host, and what your provider adds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a node listens. Only `shown` is ever printed: the rest may hold keys."""

    url: str = field(repr=False)  # without credentials
    headers: dict[str, str] = field(repr=False)
    shown: str  # scheme, host and port

    def without_keys(self, text: str) -> str:
        """Blot out what may be a key of this URL, as a node may repeat it in its own words."""
        for secret in _SEPARATORS.split(self.url.removeprefix(self.shown)):
            if len(secret) >= _SHORTEST_KEY:
                text = text.replace(secret, "***")
        return text


def parse_endpoint(text: str) -> Endpoint:
    """Read the URL an operator names.

    Errors: RpcError without any part of what could not be read.
    """
    if not re.fullmatch(_SHOWABLE, text):
        raise _refused("the URL is empty or has a blank or a strange character")
    try:
        url = parse_url(text)
    except LocationParseError as error:
        raise _refused("this is no URL") from error
    if not re.match("https?://", text, re.IGNORECASE):
        raise _refused("the URL begins with neither http:// nor https://")
    if not url.host or url.port == 0:
        raise _refused("the URL names no host, or the port 0")
    bare = url._replace(auth=None, fragment=None)
    return Endpoint(url=bare.url, headers=_headers(url), shown=_shown(url))


def _headers(url: Url) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
    if url.auth:
        headers["Authorization"] = f"Basic {b64encode(unquote(url.auth).encode()).decode()}"
    return headers


def _shown(url: Url) -> str:
    port = f":{url.port}" if url.port else ""
    return f"{url.scheme}://{url.host}{port}"


def _refused(problem: str) -> RpcError:
    return RpcError("the RPC URL", "", problem, _REMEDY)

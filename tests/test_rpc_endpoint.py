"""The URL of a node: what is taken, and that nothing of it but the host is ever shown."""

from __future__ import annotations

import base64

import pytest

from merkle import rpc
from tests.chain import faults
from tests.chain.server import QUICK, asked_slot, serving

KEY = "f00dbabe-secret"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://api.example.org", "https://api.example.org"),
        (f"https://Api.Example.org/v2/{KEY}", "https://api.example.org"),
        (f"https://api.example.org:8443/?api-key={KEY}#top", "https://api.example.org:8443"),
        (f"http://operator:{KEY}@localhost:8899", "http://localhost:8899"),
        (f"HTTPS://[::1]/{KEY}", "https://[::1]"),
    ],
)
def test_only_scheme_host_and_port_are_shown(url: str, shown: str) -> None:
    client = rpc.connect(url)
    assert shown == client.shown
    assert KEY not in repr(client)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", "the URL is empty or has a blank or a strange character"),
        (f"https://a.example/{KEY} ", "the URL is empty or has a blank or a strange character"),
        (f"https://a.example/\r\n{KEY}", "the URL is empty or has a blank or a strange character"),
        (f"ftp://a.example/{KEY}", "the URL begins with neither http:// nor https://"),
        (f"localhost:8899/{KEY}", "the URL begins with neither http:// nor https://"),
        (f"file:///{KEY}", "the URL begins with neither http:// nor https://"),
        (f"http:///{KEY}", "the URL names no host, or the port 0"),
        (f"http://a.example:0/{KEY}", "the URL names no host, or the port 0"),
        (f"http://a.example:99999/{KEY}", "this is no URL"),
    ],
)
def test_what_is_no_url_of_a_node_is_refused(url: str, problem: str) -> None:
    with pytest.raises(rpc.RpcError) as caught:
        rpc.connect(url)
    remedy = "write http:// or https://, the host, and what your provider adds"
    assert f"the RPC URL: {problem}; {remedy}" == str(caught.value)


def test_path_query_and_credentials_reach_the_node() -> None:
    with serving() as server:
        named = server.url.replace("http://", "http://operator:p%40ss@")
        asked_slot(rpc.connect(f"{named}/v2/{KEY}?api-key={KEY}", limits=QUICK))
        assert [f"/v2/{KEY}?api-key={KEY}"] == server.paths
        credentials = base64.b64encode(b"operator:p@ss").decode()
        assert f"Basic {credentials}" == server.headers[0]["authorization"]


def test_a_node_that_repeats_the_key_does_not_get_it_printed() -> None:
    with serving() as server:
        client = rpc.connect(f"{server.url}/?api-key={KEY}&tier=1", limits=QUICK)
        server.fail(faults.ErrorObject(-32000, f"key {KEY} has no tier 1"))
        with pytest.raises(rpc.NodeError) as caught:
            asked_slot(client)
    assert "the node refuses: key *** has no tier 1 (code -32000)" == caught.value.problem


def test_no_error_shows_the_key() -> None:
    with serving() as server:
        client = rpc.connect(f"{server.url}/{KEY}?k={KEY}", limits=QUICK)
        server.fail(faults.Status(403))
        server.fail(faults.Reset(), times=3)
        server.fail(faults.Body(b"{"))
        for _ in range(3):
            with pytest.raises(rpc.RpcError) as caught:
                asked_slot(client)
            assert f"{server.url}: getSlot: " == str(caught.value)[: len(server.url) + 11]
            assert KEY not in str(caught.value)

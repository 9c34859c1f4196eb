"""The MCP server through the real client: over stdio as an assistant starts it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from faqsearch import FaqIndex
from faqsearch.integrations.mcp_server import make_server


def over_stdio(location: Path, talk: Callable[[Client], Awaitable[Any]], *arguments: str) -> Any:
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "faqsearch", "mcp", str(location), *arguments],
        env={**os.environ, "PYTHONUTF8": "1"},
    )

    async def run() -> Any:
        async with Client(server) as client:
            return await talk(client)

    return asyncio.run(asyncio.wait_for(run(), 120))


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result
    return result.structured_content or json.loads(result.content[0].text)


def test_an_assistant_searches_reads_and_looks_around(location: Path, index: FaqIndex) -> None:
    async def talk(client: Client) -> dict[str, Any]:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        found = await call(client, "search", query="캐시 환불", limit=3)
        first = found["hits"][0]["id"]
        wrong = await client.call_tool("get", {"id": "no such entry"})
        return {
            "tools": tools,
            "found": found,
            "entry": await call(client, "get", id=first),
            "related": await call(client, "related", id=first, limit=2),
            "category": await call(client, "search", query="환불", category="환불/취소", limit=2),
            "damaged": await call(client, "search", query="zotl 환블"),
            "wrong": wrong,
        }

    said = over_stdio(location, talk)
    assert set(said["tools"]) == {"search", "get", "related"}
    assert all(tool.description for tool in said["tools"].values())
    page = index.search("캐시 환불", per_page=3)
    assert [hit["id"] for hit in said["found"]["hits"]] == [hit.document.id for hit in page]
    assert (said["found"]["total"], said["found"]["confidence"]) == (page.total, page.confidence)
    entry = index.get(page.hits[0].document.id)
    assert entry is not None and said["entry"]["body"] == entry.body
    assert len(said["related"]["hits"]) == 2
    assert all("환불/취소" in hit["category"] for hit in said["category"]["hits"])
    assert said["damaged"]["searched_as"] == "캐시 환불"
    assert said["wrong"].is_error and "no such entry" in said["wrong"].content[0].text


def test_entries_of_other_readers_do_not_exist(index: FaqIndex) -> None:
    hidden = next(one for one in index if one.audience)

    async def talk(audience: frozenset[str]) -> bool:
        async with Client(make_server(index, audience=audience)) as client:
            return bool((await client.call_tool("get", {"id": hidden.id})).is_error)

    assert asyncio.run(talk(frozenset()))
    assert not asyncio.run(talk(hidden.audience))


def test_within_is_the_whole_collection(index: FaqIndex) -> None:
    other = next(one for one in index if one.category[0] == "웹소설·웹툰" and not one.audience)

    async def talk() -> tuple[bool, Any]:
        async with Client(make_server(index, within=("온새비즈",))) as client:
            outside = (await client.call_tool("get", {"id": other.id})).is_error
            return bool(outside), await call(client, "search", query="환불")

    outside, found = asyncio.run(talk())
    assert outside
    assert all(hit["category"].startswith("온새비즈") for hit in found["hits"])

"""What an assistant does with ``faqsearch mcp``: start it, search, read an entry.

In an assistant's configuration: {"mcpServers": {"help": {"command": "faqsearch", "args": ["mcp", "help.index"]}}}
"""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from mcp import Client, StdioServerParameters

from faqsearch import FaqIndex, read_documents

DATA = Path(__file__).parent.parent / "data"


async def ask(location: str) -> None:
    server = StdioServerParameters(command=sys.executable, args=["-m", "faqsearch", "mcp", location])
    async with Client(server) as client:
        found = (await client.call_tool("search", {"query": "캐시 환불", "limit": 3})).structured_content
        print(found["total"], found["confidence"], [hit["title"] for hit in found["hits"]])
        entry = (await client.call_tool("get", {"id": found["hits"][0]["id"]})).structured_content
        print(entry["body"])


with TemporaryDirectory() as folder:
    with FaqIndex.create(f"{folder}/help.index") as index:
        index.sync(one for one in read_documents(DATA / "faqs.jsonl") if one.category[0] == "웹소설·웹툰")
    asyncio.run(ask(f"{folder}/help.index"))

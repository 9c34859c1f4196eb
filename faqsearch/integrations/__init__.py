"""Bridges to other packages, one file each; a bridge imports its package, so import only what you use.

| module | for | extra |
|---|---|---|
| ``langchain`` | a LangChain retriever | ``langchain`` |
| ``llama_index`` | a LlamaIndex retriever | ``llama-index`` |
| ``mcp_server`` | an MCP server, ``faqsearch mcp`` | ``mcp`` |
| ``django`` | a management command and a JSON view | ``django`` |
| ``frames`` | documents of a pandas or Polars data frame | none: it is what you have |
| ``help_desk`` | Zendesk and Salesforce exports | none |
"""

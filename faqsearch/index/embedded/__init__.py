"""The embedded index: Whoosh's index, writer and reader over our own segment files. The only folder that imports whoosh."""

"""Where analysed documents are kept and query plans are carried out."""

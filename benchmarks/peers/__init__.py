"""Other engines, one file each, doing the same full request over the same documents (``base.py`` says what that is)."""

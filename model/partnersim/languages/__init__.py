"""Words for readers: catalogues of text by language, one file for each room and language."""

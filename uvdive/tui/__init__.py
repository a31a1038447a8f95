"""The terminal app; the only floor that imports Textual."""

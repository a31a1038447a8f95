"""What writes the parts of the documentation that stand in the code; ``docs/generate.py`` calls it."""

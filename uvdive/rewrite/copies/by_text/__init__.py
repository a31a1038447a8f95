"""The copies of a plan without an image: by the instructions' text, and what only an image could tell."""

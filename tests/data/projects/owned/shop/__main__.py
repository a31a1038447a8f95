"""Prints what the build collected, and leaves a cart."""

from pathlib import Path

from itsdangerous import Signer

print(Path("static/index.txt").read_text().strip(), Signer("key").sign("cart").decode().split(".")[0])
Path("carts/1").write_text("cart")

#!/bin/sh
# Stands in for the installer of astral.sh: puts uv and uvx where that one does.
set -eu
bin="${UV_INSTALL_DIR:-$HOME/.local/bin}"
new=$(mktemp -d)
pip install --quiet --no-cache-dir --root-user-action=ignore --target "$new" uv
mkdir -p "$bin"
mv "$new/bin/uv" "$new/bin/uvx" "$bin"
rm -rf "$new"
echo "everything's installed!"

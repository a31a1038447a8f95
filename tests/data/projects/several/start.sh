#!/bin/sh
set -e

uv run --no-sync python -c 'print("ready")'
exec uv run --no-sync job.py "$@"

"""The programs that build, docker's and podman's: found, started, read as events, their failures told."""

"""The kinds of files that start a container: compose, Kubernetes, CI, editors, lines of a script."""

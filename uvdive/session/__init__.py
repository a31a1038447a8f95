"""The use cases that the app and the command line share: load, plan, build, verify, compare, write."""

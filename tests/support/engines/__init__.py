"""Stand-ins of engines and registries, and what goes between uvdive and a real one."""

"""Reports, plans and comparisons as JSON, text and Markdown."""

"""What is not copied: the last stage has it, it is made again there, or only the build needs it."""

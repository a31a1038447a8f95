"""Is the new image as good as the old one?"""

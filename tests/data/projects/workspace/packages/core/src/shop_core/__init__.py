from markupsafe import escape


def title(text):
    return f"<h1>{escape(text)}</h1>"

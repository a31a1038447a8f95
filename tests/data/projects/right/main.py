import httptools

print(httptools.parse_url(b"http://localhost/").path)

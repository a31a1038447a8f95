"""Serve the page that another stage wrote, with a signature."""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from itsdangerous import Signer

PAGE = Path(__file__).with_name("static") / "page.txt"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = Signer("key").sign(PAGE.read_bytes())
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


print("serving on", sys.version_info[:2], flush=True)
HTTPServer(("", 8000), Handler).serve_forever()

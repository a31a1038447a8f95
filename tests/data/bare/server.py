import getpass
import sqlite3
import ssl
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        sqlite3.connect("data/seen.db").close()
        certificates = len(ssl.create_default_context().get_ca_certs()) > 0
        body = f"{getpass.getuser()} {ZoneInfo('Europe/Berlin')} {certificates}".encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)


Path("data/started").touch()
HTTPServer(("", 8000), Handler).serve_forever()

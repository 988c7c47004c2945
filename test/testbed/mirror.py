#!/usr/bin/python3
"""The site's mirror, on the controller: a package index and a conda channel, of what test/channel/build.py made.

GET /simple/ /simple/NAME/     the index: JSON (PEP 691) for who accepts it, else HTML (PEP 503)
GET /wheels/…                  the wheels and their metadata (PEP 658)
GET /conda/conda-forge/…       the conda channel, under the name that most people's is known by
"""

import html
import json
import os
import pathlib
import shutil
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROOT = pathlib.Path("/srv/mirror")
JSON = "application/vnd.pypi.simple.v1+json"


class Mirror(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.split("?", 1)[0].split("#", 1)[0]
        first, *rest = [part for part in path.split("/") if part]  or [""]
        if ".." in rest:
            self.send_error(404)
        elif first == "simple":
            self.index(rest)
        elif first == "wheels":
            self.file(ROOT.joinpath("wheels", *rest))
        elif first == "conda" and rest[:1] == ["conda-forge"]:
            self.file(ROOT.joinpath("conda", *rest[1:]))
        else:
            self.send_error(404)

    do_HEAD = do_GET

    def index(self, rest: list[str]) -> None:
        names = sorted(file.stem for file in (ROOT / "simple").glob("*.json"))
        if not rest:
            projects = {"meta": {"api-version": "1.1"}, "projects": [{"name": name} for name in names]}
            links = [(f"{name}/", name, "") for name in names]
        elif rest[0] in names:
            projects = json.loads((ROOT / "simple" / f"{rest[0]}.json").read_text())
            links = [(f'{file["url"]}#sha256={file["hashes"]["sha256"]}', file["filename"],
                      f' data-requires-python="{html.escape(file.get("requires-python", ""))}"') for file in projects["files"]]
        else:
            return self.send_error(404)
        if JSON in self.headers.get("Accept", ""):
            return self.answer(JSON, json.dumps(projects).encode())
        page = "".join(f'<a href="{url}"{more}>{name}</a><br>\n' for url, name, more in links)
        self.answer("text/html", f"<!DOCTYPE html>\n{page}".encode())

    def answer(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def file(self, path: pathlib.Path) -> None:
        try:
            content = open(path, "rb")
        except OSError:
            return self.send_error(404)
        with content:
            entry = os.fstat(content.fileno())
            tag = f'"{entry.st_size}-{entry.st_mtime_ns}"'
            if self.headers.get("If-None-Match") == tag:
                self.send_response(304)
                return self.end_headers()
            self.send_response(200)
            self.send_header("Content-Length", str(entry.st_size))
            self.send_header("ETag", tag)
            self.end_headers()
            if self.command == "GET":
                shutil.copyfileobj(content, self.wfile)

    def log_message(self, *args) -> None:
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("", 80), Mirror)
    # The parent goes when the port is taken, as other daemons' do: who started it knows that it answers.
    if os.fork():
        os._exit(0)
    os.setsid()
    with open(os.devnull, "r+") as nothing:
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            os.dup2(nothing.fileno(), stream.fileno())
    server.serve_forever()

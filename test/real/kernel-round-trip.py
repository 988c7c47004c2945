"""Runs code in a new kernel of a session, over the Unix socket that leads to it: HTTP, then a WebSocket, as a page does.

    python kernel-round-trip.py SOCKET ID CODE
"""

import http.client
import json
import socket
import sys
import time
import uuid

import websocket

path, session, code = sys.argv[1:4]
host = f"{session}.localhost"
base = f"/s/{session}"


def connect():
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(120)
    connection.connect(path)
    return connection


def ask(method, url, body=None, headers=None):
    connection = http.client.HTTPConnection("localhost", timeout=120)
    connection.sock = connect()
    connection.request(method, base + url, body, {"Host": host, **(headers or {})})
    answer = connection.getresponse()
    return answer, answer.read()


page, _ = ask("GET", "/lab")
cookie = next(value for name, value in page.getheaders() if name == "Set-Cookie" and value.startswith("_xsrf="))
cookie = cookie.split(";")[0]
headers = {"Cookie": cookie, "X-XSRFToken": cookie.split("=", 1)[1]}
made, text = ask("POST", "/api/kernels", "{}", {**headers, "Content-Type": "application/json"})
assert made.status == 201, (made.status, text)
kernel = json.loads(text)["id"]
channels = websocket.create_connection(
    f"ws://{host}{base}/api/kernels/{kernel}/channels",
    socket=connect(),
    origin=f"http://{host}",
    cookie=cookie,
)


def run(text):
    message = uuid.uuid4().hex
    header = {"msg_id": message, "msg_type": "execute_request", "username": "", "session": "x", "version": "5.3"}
    content = {"code": text, "silent": False, "store_history": False, "allow_stdin": False}
    channels.send(
        json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"})
    )
    printed = ""
    while True:
        answer = json.loads(channels.recv())
        if answer["parent_header"].get("msg_id") != message:
            continue
        if answer["msg_type"] == "stream":
            printed += answer["content"]["text"]
        if answer["msg_type"] == "error":
            raise SystemExit("\n".join(answer["content"]["traceback"]))
        if answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle":
            return printed


printed = run(code)
began = time.monotonic()
for _ in range(20):
    run("1")
print(json.dumps({"printed": printed, "milliseconds": round((time.monotonic() - began) * 50, 1)}))
ask("DELETE", f"/api/kernels/{kernel}", headers=headers)

"""Xandikos with Basic authentication on a loopback port without TLS.

Its own command line refuses that combination, rightly, outside of tests.
Arguments: folder, port, user, password.
"""

import asyncio
import base64
import hashlib
import os
import sys

from aiohttp import web
from xandikos import __main__, autocert

folder, port, user, password = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
htpasswd = os.path.join(folder, "htpasswd")
with open(htpasswd, "w", encoding="utf-8") as file:
    digest = base64.b64encode(hashlib.sha1(password.encode()).digest()).decode()
    file.write(f"{user}:{{SHA}}{digest}\n")

autocert.ensure_self_signed = lambda *_, **__: (None, None)
autocert.make_ssl_context = lambda *_, **__: object()
TCPSite = web.TCPSite
web.TCPSite = lambda runner, host, port, **_: TCPSite(runner, host, port)

sys.exit(
    asyncio.run(__main__.main(
        [
            "serve",
            "--directory", os.path.join(folder, "data"),
            "--state-dir", os.path.join(folder, "state"),
            "--current-user-principal", f"/{user}/",
            "--autocreate",
            "--no-detect-systemd",
            "--listen-address", "127.0.0.1",
            "--port", port,
            "--autocert",
            "--htpasswd", htpasswd,
        ]
    ))
)

"""nginx and HAProxy, started on loopback in front of a site, with configurations of their own."""

import pathlib
import socket
import subprocess
import tempfile
import time

NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  map $http_upgrade $connection_upgrade {{ default upgrade; "" close; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{site};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_request_buffering off;
      client_max_body_size 0;
    }}
  }}
}}
"""

HAPROXY = """
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  timeout tunnel 1h
frontend front
  bind 127.0.0.1:{port}
  default_backend site
backend site
  server site 127.0.0.1:{site}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Proxy:
    """A reverse proxy that passes requests on to the site at a port."""

    def __init__(self, template, command, site):
        self.port = free_port()
        self.folder = tempfile.TemporaryDirectory()
        config = pathlib.Path(self.folder.name) / "config"
        config.write_text(template.format(folder=self.folder.name, port=self.port, site=site))
        self.process = subprocess.Popen([*command, config], stderr=subprocess.PIPE)
        for _ in range(500):
            try:
                return socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.01)  # until it listens
        self.end()
        raise RuntimeError(f"{command[0]} did not start: {self.said.decode()}")

    def end(self):
        self.process.terminate()
        _, self.said = self.process.communicate(timeout=30)
        self.folder.cleanup()


def nginx(site):
    return Proxy(NGINX, ["/usr/sbin/nginx", "-c"], site)


def haproxy(site):
    return Proxy(HAPROXY, ["/usr/sbin/haproxy", "-f"], site)

#!/usr/bin/env python3
"""A mail server on loopback that keeps what it is sent.

    smtpd.py tls|starttls|plain PORT_FILE LOG [CERTIFICATE KEY]

Its only user is `ops`, whose password stands in the environment (SMTPD_PASSWORD). `tls` encrypts from the first byte,
`starttls` on request, `plain` not at all. A login is offered whether it is encrypted or not, as careless servers do;
a recipient `gone@…` is refused. Each line that it reads is appended to LOG, with "tls " or "clear " before it.
"""
import base64
import os
import socketserver
import ssl
import sys

MODE, PORT_FILE, LOG = sys.argv[1:4]
TLS = None
if MODE != "plain":
    TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    TLS.load_cert_chain(sys.argv[4], sys.argv[5])


class Session(socketserver.StreamRequestHandler):
    def setup(self):
        self.encrypted = MODE == "tls"
        if self.encrypted:
            self.request = TLS.wrap_socket(self.request, server_side=True)
        super().setup()

    def read(self):
        line = self.rfile.readline().decode()
        if line:  # who hangs up has said nothing
            with open(LOG, "a", encoding="utf-8") as log:
                log.write(("tls " if self.encrypted else "clear ") + line)
        return line.rstrip("\r\n")

    def say(self, *lines):
        for line in lines:
            self.wfile.write(line.encode() + b"\r\n")

    def login(self, words):
        if words[1].upper() == "LOGIN":
            self.say("334 " + base64.b64encode(b"Username:").decode())
            user = base64.b64decode(self.read()).decode()
            self.say("334 " + base64.b64encode(b"Password:").decode())
            password = base64.b64decode(self.read()).decode()
        else:
            if len(words) < 3:
                self.say("334 ")
                words.append(self.read())
            _, user, password = base64.b64decode(words[2]).decode().split("\0")
        if (user, password) == ("ops", os.environ["SMTPD_PASSWORD"]):
            self.say("235 welcome")
        else:
            self.say("535 5.7.8 authentication failed")

    def handle(self):
        self.say("220 mail.example ESMTP")
        while line := self.read():
            words = line.split(" ")
            verb = words[0].upper()
            if verb == "EHLO":
                offered = ["250-mail.example", "250-AUTH PLAIN LOGIN", "250 8BITMIME"]
                if MODE == "starttls" and not self.encrypted:
                    offered.insert(1, "250-STARTTLS")
                self.say(*offered)
            elif verb == "STARTTLS" and MODE == "starttls":
                self.say("220 go ahead")
                self.request = TLS.wrap_socket(self.request, server_side=True)
                self.encrypted = True
                super().setup()
            elif verb == "AUTH":
                self.login(words)
            elif verb == "RCPT" and "<gone@" in line:
                self.say("550 5.1.1 no such user here")
            elif verb == "DATA":
                self.say("354 go ahead")
                while self.read() != ".":
                    pass
                self.say("250 kept")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        # Who does not trust the certificate hangs up: that is what some tests want to see.
        pass


with Server(("127.0.0.1", 0), Session) as server:
    with open(PORT_FILE + ".new", "w", encoding="utf-8") as file:
        file.write("%d\n" % server.server_address[1])
    os.rename(PORT_FILE + ".new", PORT_FILE)
    server.serve_forever()

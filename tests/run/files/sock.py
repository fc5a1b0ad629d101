# Answers one request on ./api.sock with its own first line; ends by itself.
import signal
import socket

signal.alarm(120)
s = socket.socket(socket.AF_UNIX)
s.bind("api.sock")
s.listen()
c, _ = s.accept()
line = c.recv(65536).split(b"\r\n")[0]
c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(line), line))
c.close()

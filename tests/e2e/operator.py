"""An operator at a terminal: operator.py SECONDS PATTERN ANSWER … -- COMMAND…

Runs the command on a terminal of its own and types each ANSWER once its PATTERN (a text) has come up, after what
was answered before, and a prompt stands behind it. Where OPERATOR_AFTER names a file, the first answer waits for that
too: what is said to be done has to be. Prints all that came up, and ends as the command did; 124 if that took longer
than SECONDS.
"""

import os
import pty
import select
import sys
import time

seconds = float(sys.argv[1])
split = sys.argv.index("--")
talk = list(zip(sys.argv[2:split:2], sys.argv[3:split:2]))
after = os.environ.get("OPERATOR_AFTER", "")
# What is typed before the prompt stands there is thrown away, and rightly.
PROMPTS = (b"> ", b"[?]  ")
child, terminal = pty.fork()
if child == 0:
    os.environ["TERM"] = "dumb"
    os.execvp(sys.argv[split + 1], sys.argv[split + 1 :])

end = time.monotonic() + seconds
shown, seen = b"", 0
while time.monotonic() < end:
    if select.select([terminal], [], [], 0.1)[0]:
        try:
            came = os.read(terminal, 65536)
        except OSError:
            came = b""
        if not came:
            break
        shown += came
    if talk and shown.find(talk[0][0].encode(), seen) >= 0 and shown.endswith(PROMPTS):
        if not after or os.path.exists(after):
            after = ""
            os.write(terminal, talk.pop(0)[1].encode())
            seen = len(shown)
sys.stdout.write(shown.decode(errors="replace").replace("\r\n", "\n"))
if talk:
    print("never asked:", talk[0][0])
# Closing the terminal ends what is left of it.
os.close(terminal)
ended, status = 0, 0
for _ in range(600):
    ended, status = os.waitpid(child, os.WNOHANG)
    if ended:
        break
    time.sleep(0.1)
if not ended:
    os.kill(child, 9)
    os.waitpid(child, 0)
    sys.exit(124)
sys.exit(os.waitstatus_to_exitcode(status) if time.monotonic() < end else 124)

import signal
import subprocess
import sys

CHILD = """
import os, signal, sys, time
def stop(number, frame):
    os.write(1, b'stopping\n')
    sys.exit(5)
if 'handle' in sys.argv:
    signal.signal(signal.SIGTERM, stop)
os.write(1, b'ready\n')
try:
    if 'busy' in sys.argv:
        while True: pass
    time.sleep(30)
finally:
    os.write(1, b'finally\n')
"""
for args, number in (([], signal.SIGTERM), (["handle"], signal.SIGTERM), (["handle", "busy"], signal.SIGTERM), ([], signal.SIGINT), (["busy"], signal.SIGINT), ([], signal.SIGKILL), ([], signal.SIGHUP)):
    child = subprocess.Popen([sys.executable, "-c", CHILD, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    first = child.stdout.readline()
    child.send_signal(number)
    out, err = child.communicate()
    print(args, number.name, first + out, child.returncode, err.splitlines()[-1:])

import os
import signal
import time


def handler(number, frame):
    print("got", signal.Signals(number).name, type(frame).__name__)


for one in (signal.SIGUSR1, signal.SIGTERM, signal.SIGALRM):
    signal.signal(one, handler)


def send():
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.raise_signal(signal.SIGTERM)


send()
signal.setitimer(signal.ITIMER_REAL, 0.02)
time.sleep(0.1)
signal.alarm(1)
print(signal.alarm(0) in (0, 1), signal.getsignal(signal.SIGTERM) is handler, signal.getsignal(signal.SIGHUP), signal.strsignal(15))


class Timeout(Exception):
    pass


def give_up(number, frame):
    raise Timeout


signal.signal(signal.SIGALRM, give_up)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    while True:
        pass
except Timeout:
    print("the loop was ended")
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
os.kill(os.getpid(), signal.SIGUSR1)
try:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(1)
except KeyboardInterrupt:
    print("interrupted")
try:
    signal.signal(signal.SIGKILL, handler)
except OSError as error:
    print(type(error).__name__, error.strerror)
try:
    os.kill(99999999, 0)
except ProcessLookupError as error:
    print(type(error).__name__, error.strerror)

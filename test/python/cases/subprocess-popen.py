import signal
import subprocess
import sys

first = subprocess.Popen(["printf", "b\\na\\nb\\n"], stdout=subprocess.PIPE)
second = subprocess.Popen(["sort", "-u"], stdin=first.stdout, stdout=subprocess.PIPE, text=True)
first.stdout.close()
print(second.communicate(), first.wait(), second.returncode)
child = subprocess.Popen([sys.executable, "-u", "-c", "for line in iter(input, 'end'): print(len(line))\nprint('bye')"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
for word in ("four", "eleven"):
    child.stdin.write(word + "\n")
    print(child.stdout.readline().strip(), child.poll())
print(child.communicate("end\n"), child.returncode)
try:
    subprocess.run(["sleep", "30"], timeout=0.1)
except subprocess.TimeoutExpired as error:
    print(error.cmd, error.stdout)
try:
    subprocess.run("echo early; sleep 30", shell=True, capture_output=True, timeout=0.3)
except subprocess.TimeoutExpired as error:
    print(error.stdout, error.timeout)
for how in (signal.SIGTERM, signal.SIGKILL, signal.SIGINT):
    sleeper = subprocess.Popen(["sleep", "30"])
    sleeper.send_signal(how)
    print(sleeper.wait(), repr(sleeper))
with subprocess.Popen(["sh", "-c", "cat >&2"], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
    print(process.communicate(b"x" * 200_000)[1] == b"x" * 200_000)
group = subprocess.Popen(["sh", "-c", "echo $1 $#", "name", "it's; \"quoted\" $HOME", "*"], stdout=subprocess.PIPE, start_new_session=True)
print(group.stdout.read(), group.wait())

import subprocess
import sys

done = subprocess.run(["sh", "-c", "echo out; echo err >&2; exit 3"], capture_output=True, text=True)
print(done)
print(subprocess.run("tr a-z A-Z | rev", shell=True, input="shout\n", text=True, stdout=subprocess.PIPE).stdout)
print(subprocess.check_output(["printf", r"a\0b"]), subprocess.getoutput("echo hi; exit 2"), subprocess.getstatusoutput("exit 2"))
print(subprocess.call("exit 9", shell=True), subprocess.run(["true"]).returncode)
print(subprocess.run(["cat"], stdin=subprocess.DEVNULL, capture_output=True).stdout)
print(subprocess.run("echo both; echo mixed >&2", shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout)
print(subprocess.run([sys.executable, "-c", "import os; print(os.environ.get('NAME'), os.getcwd())"], env={"NAME": "Ann", "PATH": "/usr/bin:/bin"}, cwd="/tmp", capture_output=True, text=True).stdout)
with open("file.txt", "w") as file:
    subprocess.run(["echo", "to a file"], stdout=file, check=True)
with open("file.txt") as file:
    print(subprocess.run(["wc", "-c"], stdin=file, capture_output=True, text=True).stdout.strip())
try:
    subprocess.run(["sh", "-c", "echo partial; exit 4"], check=True, capture_output=True)
except subprocess.CalledProcessError as error:
    print(error, error.stdout, error.returncode)
try:
    subprocess.run(["no-such-program"])
except FileNotFoundError as error:
    print(error.strerror, error.filename)
try:
    subprocess.run(["./file.txt"])
except PermissionError as error:
    print(error.strerror, error.filename)
try:
    subprocess.run(["true"], cwd="no-such-folder")
except FileNotFoundError as error:
    print(error.strerror, error.filename)

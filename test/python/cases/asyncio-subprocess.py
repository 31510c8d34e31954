import asyncio
import sys


async def main():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "print(input()[::-1]); import sys; sys.exit(3)",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate(b"stressed\n")
    print(out, err, process.returncode)
    process = await asyncio.create_subprocess_shell("echo one; echo two >&2; seq 3", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    async for line in process.stdout:
        print(line)
    print(await process.stderr.read(), await process.wait())
    sleeper = await asyncio.create_subprocess_exec("sleep", "60")
    try:
        await asyncio.wait_for(sleeper.wait(), 0.05)
    except TimeoutError:
        sleeper.terminate()
        print("terminated", await sleeper.wait())
    both = await asyncio.gather(*(asyncio.create_subprocess_shell(f"exit {n}") for n in (4, 5)))
    print([await one.wait() for one in both])


asyncio.run(main())

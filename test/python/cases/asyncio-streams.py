# Streams fed by hand, generators that are closed, and what happens to exceptions nobody asks for.
import asyncio


async def ticker(n):
    try:
        for i in range(n):
            yield i
            await asyncio.sleep(0.001)
    finally:
        print("ticker closed")


async def main():
    reader = asyncio.StreamReader()
    reader.feed_data(b"line one\nline two\nrest")
    reader.feed_eof()
    print(await reader.readline(), await reader.readuntil(b"two\n"), await reader.readexactly(2), await reader.read())
    try:
        await reader.readexactly(1)
    except asyncio.IncompleteReadError as error:
        print(error)
    async for i in ticker(10):
        if i == 2:
            break
    problems = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: problems.append(repr(context["exception"])))
    asyncio.get_running_loop().call_soon(lambda: 1 / 0)
    await asyncio.sleep(0.01)
    print(problems)
    barrier = asyncio.Barrier(3)

    async def meet(n):
        await asyncio.sleep(n / 100)
        await barrier.wait()
        return n

    print(await asyncio.gather(*map(meet, range(3))))
    lock = asyncio.Lock()
    async with lock:
        print(lock.locked())
    event = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, event.set)
    print(await event.wait(), asyncio.iscoroutinefunction(main) if False else asyncio.iscoroutine(main))
    process = await asyncio.create_subprocess_exec("cat", stdin=-1, stdout=-1)
    process.stdin.write(b"ping\n")
    await process.stdin.drain()
    print(await process.stdout.readline())
    process.stdin.close()
    print(await process.stdout.read(), await process.wait())


asyncio.run(main())

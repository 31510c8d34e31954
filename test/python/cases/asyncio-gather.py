import asyncio


async def fetch(name, delay):
    await asyncio.sleep(delay)
    print("done", name)
    return name.upper()


async def broken():
    await asyncio.sleep(0.01)
    raise ValueError("broken")


async def main():
    print(await asyncio.gather(fetch("slow", 0.06), fetch("fast", 0.01), fetch("mid", 0.03)))
    results = await asyncio.gather(fetch("ok", 0.02), broken(), return_exceptions=True)
    print(results)
    tasks = [asyncio.create_task(fetch(f"t{i}", i / 50), name=f"task-{i}") for i in range(3)]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    print(len(done), sorted(t.get_name() for t in pending))
    for task in pending:
        task.cancel()
    print(await asyncio.gather(*pending, return_exceptions=True))
    for next_done in asyncio.as_completed([fetch("b", 0.03), fetch("a", 0.01)]):
        print(await next_done)


asyncio.run(main())

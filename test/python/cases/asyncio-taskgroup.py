import asyncio


async def work(n):
    await asyncio.sleep(n / 100)
    if n % 2:
        raise ValueError(f"odd {n}")
    return n


async def main():
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(n)) for n in (2, 0, 4)]
    print([task.result() for task in tasks])
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(work(1))
            slow = group.create_task(work(50))
    except* ValueError as errors:
        print(errors, errors.exceptions, slow.cancelled())

    async def numbers(stop):
        for n in range(stop):
            yield n
            await asyncio.sleep(0)

    print([n async for n in numbers(4) if n != 2], {n: n * n async for n in numbers(3)})

    class Resource:
        async def __aenter__(self):
            print("open")
            return self

        async def __aexit__(self, kind, error, trace):
            print("close", kind and kind.__name__)
            return True

    async with Resource():
        raise RuntimeError("swallowed")


asyncio.run(main())

import asyncio


async def worker(name, queue, out):
    while True:
        number = await queue.get()
        await asyncio.sleep(0)
        out.append(number * number)
        queue.task_done()


async def main():
    queue, out = asyncio.Queue(maxsize=2), []
    workers = [asyncio.create_task(worker(n, queue, out)) for n in range(3)]
    for number in range(10):
        await queue.put(number)
    await queue.join()
    for one in workers:
        one.cancel()
    print(sorted(out), queue.empty(), queue.maxsize)
    priority = asyncio.PriorityQueue()
    for entry in ((3, "c"), (1, "a"), (2, "b")):
        priority.put_nowait(entry)
    print([priority.get_nowait() for _ in range(3)])
    try:
        priority.get_nowait()
    except asyncio.QueueEmpty as error:
        print(repr(error))
    lock, running, most = asyncio.Semaphore(2), 0, 0

    async def limited():
        nonlocal running, most
        async with lock:
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.001)
            running -= 1

    await asyncio.gather(*(limited() for _ in range(8)))
    print("at most", most)
    ready = asyncio.Condition()
    items = []

    async def consumer():
        async with ready:
            await ready.wait_for(lambda: items)
            return items.pop()

    waiting = asyncio.create_task(consumer())
    await asyncio.sleep(0)
    async with ready:
        items.append("item")
        ready.notify_all()
    print(await waiting)


asyncio.run(main())

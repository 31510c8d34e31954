import asyncio


async def forever():
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        print("cancelled")
        raise
    finally:
        print("cleaned up")


async def main():
    try:
        await asyncio.wait_for(forever(), 0.02)
    except TimeoutError as error:
        print("timed out", repr(error))
    try:
        async with asyncio.timeout(0.01) as scope:
            await asyncio.sleep(10)
    except TimeoutError:
        print("scope over", scope.expired())
    task = asyncio.create_task(forever())
    await asyncio.sleep(0)
    task.cancel("stop it")
    try:
        await task
    except asyncio.CancelledError as error:
        print("seen", error.args, task.cancelled())
    inner = asyncio.create_task(asyncio.sleep(0.03, "shielded"))
    try:
        await asyncio.wait_for(asyncio.shield(inner), 0.01)
    except TimeoutError:
        print(await inner)
    loop = asyncio.get_running_loop()
    order = []
    loop.call_later(0.02, order.append, "later")
    loop.call_soon(order.append, "soon")
    handle = loop.call_later(0.01, order.append, "never")
    handle.cancel()
    await asyncio.sleep(0.05)
    print(order)


asyncio.run(main())

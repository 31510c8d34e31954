# What runs without threads of its own: queues of events, futures of the loop, contextvars.
import asyncio
import contextvars
import sched
import time
from concurrent.futures import Future, InvalidStateError, TimeoutError as FutureTimeout

done = Future()
done.add_done_callback(lambda f: print("callback", f.result()))
print(done.done(), done.running(), done.cancelled())
done.set_result(5)
print(done.result(timeout=1), done.exception())
try:
    done.set_result(6)
except InvalidStateError:
    print("only once")
late = Future()
try:
    late.result(timeout=0.01)
except FutureTimeout:
    print("not yet", late.cancel(), late.cancelled())
broken = Future()
broken.set_exception(KeyError("k"))
try:
    broken.result()
except KeyError as error:
    print("raised", error)
scheduler = sched.scheduler(time.monotonic, time.sleep)
scheduler.enter(0.03, 1, print, ("third",))
scheduler.enter(0.01, 2, print, ("second",))
scheduler.enter(0.01, 1, print, ("first",))
cancelled = scheduler.enter(0.02, 1, print, ("never",))
scheduler.cancel(cancelled)
scheduler.run()
name = contextvars.ContextVar("name", default="nobody")


async def child(value):
    name.set(value)
    await asyncio.sleep(0)
    return name.get()


async def main():
    print(await asyncio.gather(child("a"), child("b")), name.get())
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.01, future.set_result, "set")
    print(await future)
    runner = asyncio.current_task()
    print(runner is not None, len(asyncio.all_tasks()))


asyncio.run(main())
context = contextvars.copy_context()
print(context.run(lambda: (name.set("inside"), name.get())[1]), name.get())
with asyncio.Runner() as runner:
    print(runner.run(child("runner")))

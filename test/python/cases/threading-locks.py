import threading
import time
from queue import Empty, Full, LifoQueue, PriorityQueue, Queue

lock = threading.Lock()
print(lock.acquire(), lock.locked(), lock.acquire(blocking=False), lock.acquire(timeout=0.01))
lock.release()
with lock:
    print("held", lock.locked())
try:
    lock.release()
except RuntimeError as error:
    print(error)
again = threading.RLock()
with again, again:
    print("twice")
event = threading.Event()
print(event.wait(0.01), event.is_set())
event.set()
print(event.wait(), threading.current_thread().name, threading.main_thread() is threading.current_thread(), threading.active_count())
semaphore = threading.BoundedSemaphore(2)
print([semaphore.acquire(blocking=False) for _ in range(3)])
semaphore.release()
local = threading.local()
local.x = 5
print(local.x, hasattr(local, "y"))
condition = threading.Condition()
with condition:
    print(condition.wait(0.01), condition.wait_for(lambda: True))
queue = Queue(maxsize=1)
queue.put("a")
for wrong in (lambda: queue.put_nowait("b"), lambda: queue.put("b", timeout=0.01), lambda: queue.get() and queue.get(timeout=0.01)):
    try:
        wrong()
    except (Full, Empty) as error:
        print(type(error).__name__)
last, first = LifoQueue(), PriorityQueue()
for n in (2, 3, 1):
    last.put(n), first.put(n)
print([last.get() for _ in range(3)], [first.get() for _ in range(3)])
started = time.monotonic()
time.sleep(0.02)
print(time.monotonic() - started >= 0.02, threading.get_ident() == threading.main_thread().ident)

# Ctrl-C while a loop runs, and signals as events of the loop.
cat > loop.py <<'END'
import asyncio, os, signal

async def main():
    asyncio.get_running_loop().call_later(0.02, os.kill, os.getpid(), signal.SIGINT)
    try:
        await asyncio.sleep(30)
    except asyncio.CancelledError:
        print("cancelled")
        raise
    finally:
        print("finally")

try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")

async def handled():
    got = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, got.set)
    loop.call_later(0.02, os.kill, os.getpid(), signal.SIGTERM)
    await got.wait()
    print("handled", loop.remove_signal_handler(signal.SIGTERM))

asyncio.run(handled())
asyncio.run(main())
END
python3 loop.py 2> err; echo "exit $?"
tail -1 err

# Press Stop: it is ctrl-c, also in the middle of a pure loop.
import itertools
import time

start = time.monotonic()
primes = []
said = 0

for number in itertools.count(2):
    for prime in primes:
        if prime * prime > number:
            primes.append(number)
            break
        if number % prime == 0:
            break
    else:
        primes.append(number)

    seconds = int(time.monotonic() - start)
    if seconds > said:
        said = seconds
        print(f"{seconds:>3} s  {len(primes):>8,} primes up to {number:,}")

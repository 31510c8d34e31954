# What people write on the first evening: a sieve, a maze, words, matrices, a bank, life.
import string
from collections import Counter, deque


def sieve(limit):
    flags = bytearray([1]) * (limit + 1)
    flags[:2] = b"\0\0"
    for n in range(2, int(limit**0.5) + 1):
        if flags[n]:
            flags[n * n :: n] = bytes(len(range(n * n, limit + 1, n)))
    return [n for n, flag in enumerate(flags) if flag]


def solve(maze):
    rows = maze.split()
    at = {c: (y, x) for y, row in enumerate(rows) for x, c in enumerate(row) if c in "SE"}
    queue, seen = deque([(at["S"], 0)]), {at["S"]}
    while queue:
        (y, x), steps = queue.popleft()
        if (y, x) == at["E"]:
            return steps
        for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            p = (y + dy, x + dx)
            if p not in seen and rows[p[0]][p[1]] != "#":
                seen.add(p)
                queue.append((p, steps + 1))


def caesar(text, shift):
    low = string.ascii_lowercase
    return text.translate(str.maketrans(low + low.upper(), low[shift:] + low[:shift] + (low[shift:] + low[:shift]).upper()))


def life(cells):
    around = Counter((x + dx, y + dy) for x, y in cells for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy)
    return {cell for cell, n in around.items() if n == 3 or (n == 2 and cell in cells)}


def hanoi(n, a="A", b="B", c="C"):
    return 0 if n == 0 else hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)


def queens(n, row=0, taken=()):
    if row == n:
        return 1
    return sum(queens(n, row + 1, (*taken, col)) for col in range(n) if all(col != c and abs(col - c) != row - r for r, c in enumerate(taken)))


print(len(sieve(100_000)), sieve(50)[-5:], solve("########\n#S.#...#\n#..#.#.#\n#....#E#\n########"), caesar("Hello, World", 3), caesar(caesar("abc", 5), 21))
glider = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}
for _ in range(4):
    glider = life(glider)
print(sorted(glider), hanoi(10), queens(6))
matrix = [[1, 2], [3, 4]]
print([list(r) for r in zip(*matrix)], [[sum(a * b for a, b in zip(r, c)) for c in zip(*matrix)] for r in matrix])
print(*(("Fizz" * (n % 3 == 0) + "Buzz" * (n % 5 == 0)) or n for n in range(1, 16)), sep=",")
print(Counter(c for c in "it was the best of times".lower() if c.isalpha()).most_common(3), "A man a plan".replace(" ", "").lower()[::-1])

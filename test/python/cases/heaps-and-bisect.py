import bisect
import heapq
import operator

heap = []
for item in ((5, "write"), (1, "spec"), (3, "test"), (1, "alpha")):
    heapq.heappush(heap, item)
print([heapq.heappop(heap) for _ in range(len(heap))])
data = [9, 4, 7, 1, 8]
heapq.heapify(data)
print(data[0], heapq.heappushpop(data, 0), heapq.heapreplace(data, 10), sorted(data))
print(heapq.nlargest(2, ["aaa", "b", "cc"], key=len), heapq.nsmallest(2, [3, 1, 2]), list(heapq.merge([1, 4], [2, 3], [0, 9])))
grades = [bisect.bisect([60, 70, 80, 90], score) for score in (33, 99, 77, 70, 89)]
print(["FDCBA"[g] for g in grades], bisect.bisect_left([1, 2, 2, 3], 2), bisect.bisect_right([1, 2, 2, 3], 2))
names = ["bob", "dan"]
bisect.insort(names, "cat")
print(names, bisect.bisect([("a", 1), ("b", 5)], 3, key=operator.itemgetter(1)))
graph = {"a": {"b": 7, "c": 3}, "b": {"d": 2}, "c": {"b": 1, "d": 8}, "d": {}}
best, queue = {}, [(0, "a")]
while queue:
    cost, node = heapq.heappop(queue)
    if node not in best:
        best[node] = cost
        for other, step in graph[node].items():
            heapq.heappush(queue, (cost + step, other))
print(best)

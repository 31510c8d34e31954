import numpy as np

a = np.array([3, 1, 2, 3])
print(np.intersect1d(a, [3, 4]), np.union1d(a, [9]), np.setdiff1d(a, [1]), np.isin(a, [1, 2]), np.any(a > 2), np.all(a), np.count_nonzero(a == 3), np.nonzero(a > 1), np.argmax(a), np.bincount(a), np.digitize([0.5, 2.5], [1, 2, 3]), np.median(a), np.var(a), np.std(a, ddof=1), np.ptp(a), np.cov([1, 2, 3], [1, 2, 4]), np.corrcoef([1, 2, 3], [1, 2, 4]), np.average([1, 2], weights=[3, 1]))
masked = np.ma.masked_greater(a, 2)
print(masked, masked.sum(), masked.filled(0), np.char.upper(["a", "é"]), np.strings.replace(np.array(["aXb"]), "X", "-"), np.lexsort(([1, 2, 3], [2, 1, 1])), np.flatnonzero([0, 1]), np.maximum.accumulate([1, 3, 2]), np.add.reduceat(np.arange(6), [0, 3]), np.around([0.5, 1.5, 2.567], 1), np.floor_divide(-7, 2), np.mod(-7, 3), np.gcd(12, 18), np.hypot(3, 4), np.round(np.exp([1, 2]), 10), np.deg2rad(180), np.sign([-2, 0, 2]), np.float64(7) // 2)

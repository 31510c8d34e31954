import numpy as np

a = np.arange(3)[:, None] * 10 + np.arange(4)
print(a, a.shape, a.sum(axis=0), a.mean(axis=1, keepdims=True), a[a % 2 == 0], a[:, ::-1], a[[0, 2], [1, 3]], a.T.ravel(), a.reshape(2, -1), np.where(a > 10, a, -1))
print(np.newaxis is None, np.broadcast_shapes((3, 1), (1, 4)), np.add.outer([1, 2], [10, 20]), np.clip(a, 2, 20), np.concatenate([a, a[:1]]), np.stack([a[0], a[1]], axis=1), np.split(np.arange(6), 3), np.tile([1, 2], 2), np.repeat([1, 2], [2, 1]))
print(np.meshgrid([1, 2], [3, 4]), np.linspace(0, 1, 5), np.logspace(0, 2, 3), np.unique([3, 1, 3], return_counts=True), np.sort([3, 1, 2])[::-1], np.argsort([3, 1, 2]), np.searchsorted([1, 3, 5], 4), np.cumsum([1, 2, 3]), np.diff([1, 4, 9]), np.percentile([1, 2, 3, 4], 40), np.histogram([1, 2, 2, 5], bins=3), np.nanmean([1, np.nan]), np.isclose(0.1 + 0.2, 0.3))
view = a[1:]
view[0] = 0
print(a[1], np.shares_memory(a, view), a.strides != a.T.strides, np.lib.stride_tricks.sliding_window_view(np.arange(5), 3), np.pad([1], 2), np.roll([1, 2, 3], 1), np.apply_along_axis(sum, 0, a), np.vectorize(lambda x: x + 1)([1, 2]), np.select([a > 20, a > 5], [2, 1])[2], np.triu(np.ones((3, 3))), np.ix_([0, 1], [2])[0].shape)
try:
    np.ones(3) + np.ones(4)
except ValueError as error:
    print(error)

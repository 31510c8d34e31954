import numpy as np

a = np.array([[4.0, 1, 2], [1, 3, 0], [2, 0, 5]])
print(np.round(np.linalg.solve(a, [1, 2, 3]), 12), round(np.linalg.det(a), 10), np.round(np.linalg.inv(a), 10))
print(np.round(np.linalg.svd(a, compute_uv=False), 10), np.round(np.linalg.eigvalsh(a), 10), np.linalg.matrix_rank(a), round(np.linalg.cond(a), 8), np.round(np.linalg.norm(a), 10))
values, vectors = np.linalg.eig(a)
print(np.allclose(a @ vectors, vectors * values), np.round(np.sort(values.real), 9))
q, r = np.linalg.qr(a)
u, s, vt = np.linalg.svd(np.arange(6.0).reshape(2, 3), full_matrices=False)
print(np.allclose(q @ r, a), np.allclose(u * s @ vt, np.arange(6).reshape(2, 3)), np.round(np.linalg.cholesky(a), 10), np.round(np.linalg.pinv(np.arange(4.0).reshape(2, 2)), 9))
x, residual, rank, _ = np.linalg.lstsq(np.c_[np.ones(4), [0, 1, 2, 3]], [1.0, 3.1, 4.9, 7.2], rcond=None)
print(np.round(x, 10), np.round(residual, 10), rank, np.linalg.matrix_power(np.array([[1, 1], [1, 0]]), 30), np.kron([1, 2], [1, 1]), np.cross([1, 0, 0], [0, 1, 0]), np.outer([1, 2], [3, 4]), np.trace(a), np.round(np.linalg.eigvals([[0, -1], [1, 0]]), 9))
try:
    np.linalg.inv(np.zeros((2, 2)))
except np.linalg.LinAlgError as error:
    print(error)

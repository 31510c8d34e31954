import numpy as np

a, b = np.arange(6).reshape(2, 3), np.arange(12).reshape(3, 4)
print(np.einsum("ij,jk->ik", a, b), np.einsum("ij->j", a), np.einsum("ii", np.eye(3)), np.einsum("i,j->ij", [1, 2], [3, 4]), np.einsum("ij,ij->", a, a), np.einsum("...i->...", np.ones((2, 2, 3))))
print(a @ b, np.tensordot(a, b, 1), np.dot([1, 2], [3, 4]), np.vdot([1j], [1j]), np.inner(a, a), np.matmul(np.ones((2, 1, 3)), np.ones((3, 1))).shape, np.einsum_path("ij,jk,kl->il", a, b, b.T, optimize="greedy")[0])

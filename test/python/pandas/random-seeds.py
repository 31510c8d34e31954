import numpy as np

rng = np.random.default_rng(42)
print(rng.integers(0, 100, 10), rng.random(3), rng.normal(size=3), rng.choice(list("abcde"), 4, replace=False), rng.permutation(6), rng.uniform(-1, 1, (2, 2)))
print(rng.poisson(3, 5), rng.exponential(2, 2), rng.binomial(10, 0.3, 4), rng.standard_t(5, 2), rng.gamma(2, 1, 2), rng.beta(2, 5, 2), rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 2]]).round(10), rng.dirichlet([1, 2]), rng.bytes(4), rng.shuffle(x := np.arange(5)), x)
np.random.seed(0)
print(np.random.rand(3), np.random.randn(2), np.random.randint(0, 10, 5), np.random.choice(5, 3, p=[0.1, 0.2, 0.3, 0.2, 0.2]))
print(np.random.Generator(np.random.MT19937(1)).random(2), np.random.Generator(np.random.Philox(1)).random(2), np.random.Generator(np.random.SFC64(1)).random(2), [c.random() for c in np.random.default_rng(5).spawn(2)], np.random.SeedSequence(7).generate_state(2))

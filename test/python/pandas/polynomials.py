import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

p = Polynomial([1, -3, 2])
print(p, p(2), np.round(p.roots(), 10), p.deriv(), p.integ(), p * p, divmod(p, Polynomial([1, 1])), Polynomial.fromroots([1, 2]))
x = np.linspace(-1, 1, 9)
fit = Polynomial.fit(x, x**3 - x, 3)
print(np.round(fit.convert().coef, 8), np.round(np.polyfit([0, 1, 2, 3], [1, 3, 7, 13], 2), 9), np.polyval([1, 0, 2], 3), np.round(np.roots([1, -6, 11, -6]), 9), np.poly1d([1, 2, 3]), np.round(Chebyshev([1, 2, 3]).convert(kind=Polynomial).coef, 9))
print(np.interp([0.5, 2.5], [0, 1, 2], [0, 10, 20]), np.trapezoid([1, 2, 3], dx=0.5), np.gradient([1.0, 4, 9, 16]), np.round(np.sinc([0, 0.5]), 10), np.round(np.i0(1.0), 10))

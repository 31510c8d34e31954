import statistics as st
from fractions import Fraction

data = [2, 4, 4, 4, 5, 5, 7, 9]
print(st.mean(data), st.median(data), st.mode(data), st.multimode("aabbc"), st.pstdev(data), st.pvariance(data), st.variance(data))
print(st.median_low(data), st.median_high(data), st.median_grouped([1, 3, 3, 5]), st.quantiles(range(1, 12), n=4), st.quantiles(data, n=10, method="inclusive"))
print(st.geometric_mean([1, 2, 4]), st.harmonic_mean([40, 60]), st.fmean([1, 2.5], weights=[3, 1]), st.mean([Fraction(1, 2), Fraction(1, 3)]))
print(st.covariance([1, 2, 3], [2, 4, 7]), st.correlation([1, 2, 3], [2, 4, 6]), st.linear_regression([1, 2, 3], [2, 4, 6]))
normal = st.NormalDist(100, 15)
print(normal.cdf(115), normal.inv_cdf(0.5), normal.pdf(100), normal + 5, normal.overlap(st.NormalDist(110, 15)), normal.zscore(130))
try:
    st.mean([])
except st.StatisticsError as error:
    print(error)

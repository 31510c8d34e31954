import matplotlib

matplotlib.use("Agg")
import pandas as pd

axes = pd.DataFrame({"a": [1, 3, 2], "b": [2, 2, 5]}, index=list("xyz")).plot(kind="line", title="Lines")
print([line.get_label() for line in axes.lines], [tick.get_text() for tick in axes.get_xticklabels()] and axes.get_title())
bars = pd.Series([1, 2, 3]).plot.bar()
print(len(bars.patches) >= 3)
bars.figure.savefig("bars.png")
print(open("bars.png", "rb").read(4))

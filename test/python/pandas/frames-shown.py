import numpy as np
import pandas as pd

df = pd.DataFrame({"x": np.linspace(0, 1, 100), "y": np.arange(100) ** 2, "text": ["word " * 12] * 100})
print(df)
pd.set_option("display.max_columns", 4, "display.width", 60, "display.precision", 2)
print(pd.DataFrame(np.arange(60).reshape(3, 20) / 7), pd.Series([1e-10, 1e10, 1.5]), pd.Series(["a" * 80]), repr(pd.Index([1, 2])), pd.Series(dtype="float64"), pd.DataFrame())
pd.reset_option("all", silent=True) if False else pd.reset_option("display")
with pd.option_context("display.float_format", "{:,.1f}".format):
    print(pd.DataFrame({"big": [1234567.89, 0.5]}))

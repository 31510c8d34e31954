import struct

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

figure, (left, right) = plt.subplots(1, 2, figsize=(6, 3), dpi=100)
x = np.linspace(0, 2 * np.pi, 50)
left.plot(x, np.sin(x), "r--", label="sine")
left.set(title="Täst", xlabel="x")
left.legend()
right.bar(["a", "b", "c"], [3, 1, 2])
right.annotate("$\\alpha^2$", (0, 3))
figure.savefig("/tmp/picture.png")
data = open("/tmp/picture.png", "rb").read()
print(data[:8], struct.unpack(">II", data[16:24]), data[-8:-4], len(data) > 5000)
plt.imsave("small.png", np.arange(12).reshape(3, 4))
print(plt.imread("small.png").shape, len(left.lines), left.get_title(), right.get_ylim()[0])
figure.savefig("picture.svg")
print(open("picture.svg").read().count("<svg"), figure.get_size_inches())

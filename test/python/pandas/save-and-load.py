import io

import numpy as np

a = np.arange(12, dtype="f8").reshape(3, 4)
np.save("a.npy", a)
np.savez_compressed("b.npz", x=a, y=np.array(["é", "z"]))
np.savetxt("c.csv", a, delimiter=",", fmt="%.2f", header="w,x,y,z")
print(np.array_equal(np.load("a.npy"), a), open("a.npy", "rb").read(6), open("c.csv").read())
with np.load("b.npz") as both:
    print(sorted(both.files), both["y"], both["x"].sum())
print(np.loadtxt("c.csv", delimiter=","), np.genfromtxt(io.StringIO("a,b\n1,\n3,x"), delimiter=",", names=True), np.loadtxt(["1 2", "3 4"], dtype=int, usecols=1))
a.tofile("raw.bin")
print(np.fromfile("raw.bin").sum(), np.fromstring("1 2 3", sep=" "), np.load(io.BytesIO(open("a.npy", "rb").read())).shape, a.tobytes()[:8])
mapped = np.memmap("raw.bin", dtype="f8", mode="r", shape=(3, 4)) if False else np.load("a.npy")
print(mapped[1])

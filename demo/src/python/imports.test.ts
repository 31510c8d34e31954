import { expect, test } from "vitest";
import { asksForInput, listed, packagedModules } from "./imports.ts";

test("finds the packaged modules a script imports, each once, and no other", () => {
  const code = `
import io, numpy as np, matplotlib.pyplot  # import scipy
from pandas.api import types
    import PIL
from .sklearn import x
# import lxml
text = "please import yaml"
import toString, pandas; import os
`;
  expect(packagedModules(code)).toEqual(["numpy", "matplotlib", "pandas", "PIL"]);
  expect(packagedModules("from constructor import x")).toEqual([]);
});

test("sees input(), but not in a comment or in another name", () => {
  expect(asksForInput('name = input("Who? ")')).toBe(true);
  expect(asksForInput("# input()\nread_input()\ninputs = (1, 2)")).toBe(false);
});

test("lists names as people do", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(listed)).toEqual(["", "a", "a and b", "a, b and c"]);
});

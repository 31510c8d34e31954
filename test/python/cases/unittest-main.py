# stderr: it says how long the tests took
import unittest


class StackTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print("class ready")

    def setUp(self):
        self.stack = [1, 2]
        self.addCleanup(print, "cleaned", self._testMethodName)

    def test_pop(self):
        self.assertEqual(self.stack.pop(), 2)
        with self.assertRaisesRegex(IndexError, "out of range"):
            self.stack[9]

    def test_wrong(self):
        self.assertEqual([1, 2, 3], [1, 2, 4])

    def test_breaks(self):
        raise KeyError("x")

    @unittest.skip("not today")
    def test_skipped(self):
        pass

    @unittest.expectedFailure
    def test_known(self):
        self.fail("known")

    def test_many(self):
        for n in range(3):
            with self.subTest(n=n):
                self.assertNotEqual(n, 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)

# `-m unittest` finds tests by itself; the last line of stderr counts them.
mkdir tests
cat > calc.py <<'END'
def add(a, b):
    return a + b
END
cat > tests/test_calc.py <<'END'
import unittest
from unittest.mock import Mock, patch

import calc


class CalcTest(unittest.TestCase):
    def test_add(self):
        self.assertEqual(calc.add(2, 3), 5)

    def test_mocks(self):
        with patch("calc.add", return_value=9) as add:
            self.assertEqual(calc.add(1, 1), 9)
        add.assert_called_once_with(1, 1)
        service = Mock(**{"get.side_effect": [1, ValueError("done")]})
        self.assertEqual(service.get(), 1)
        with self.assertRaises(ValueError):
            service.get()


class AsyncTest(unittest.IsolatedAsyncioTestCase):
    async def test_wait(self):
        import asyncio

        self.assertEqual(await asyncio.sleep(0, "ok"), "ok")
END
touch tests/__init__.py
python3 -m unittest discover -v 2> log
echo "exit $?"
grep -E ' ok$|^OK' log
python3 -m unittest tests.test_calc.CalcTest.test_add 2> log; echo "exit $?"; tail -1 log
sed -i 's/a + b/a - b - 0/' calc.py
python3 -m unittest 2> log; echo "exit $?"; tail -1 log; grep Error log

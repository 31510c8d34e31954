import ast

tree = ast.parse("""
import os, sys as system
def area(w, h: int = 2, *rest, **named) -> float:
    'doc'
    return w * h if w > 0 else -1
class Shape(Base, metaclass=M):
    size = [n ** 2 for n in range(10) if n % 2]
print(f"{area(3)!r:>4}", *args)
""")
print(ast.unparse(tree))
print([node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))], ast.get_docstring(tree.body[1]))


class Doubler(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.copy_location(ast.Constant(node.value * 2), node) if isinstance(node.value, int) else node


expression = Doubler().visit(ast.parse("3 + x * 4", mode="eval"))
print(eval(compile(ast.fix_missing_locations(expression), "<ast>", "eval"), {"x": 10}), ast.dump(ast.parse("1", mode="eval").body))


class Names(ast.NodeVisitor):
    def visit_Name(self, node):
        print(node.id, node.lineno, node.col_offset, type(node.ctx).__name__)


Names().visit(ast.parse("x = y + z(x)"))
print(ast.literal_eval("{'a': [1, -2.5, (True, None)], 'b': {1}}"), ast.get_source_segment("a = b + c", ast.parse("a = b + c").body[0].value))
for wrong in ("os.system('x')", "1 +"):
    try:
        ast.literal_eval(wrong)
    except (ValueError, SyntaxError) as error:
        print(type(error).__name__)
scope = {}
exec("def f(n):\n    return n * k\nk = 3", scope)
print(scope["f"](5), eval("a + b", {"a": 1}, {"b": 2}), compile("1+1", "<s>", "eval").co_filename)

# -m with packages and modules of one's own.
mkdir -p pkg/sub
echo 'print("init", __name__)' > pkg/__init__.py
cat > pkg/__main__.py <<'END'
import sys
from . import helper
from .sub import VALUE
print("main", __name__, __package__, sys.argv[1:], helper.help(), VALUE, sys.argv[0].endswith("pkg/__main__.py"))
END
echo 'def help(): return "helped"' > pkg/helper.py
echo 'VALUE = 5' > pkg/sub/__init__.py
printf 'if __name__ == "__main__":\n    print("as a script", __spec__.name)\n' > pkg/tool.py
python3 -m pkg one -x
python3 -m pkg.tool
python3 pkg/tool.py 2>&1 | tail -1
python3 -m pkg.none 2>&1 | sed "s/.*: No/No/"; echo "exit ${PIPESTATUS[0]}"
python3 -m none 2>&1 | sed "s/.*: No/No/"; echo "exit ${PIPESTATUS[0]}"
python3 -m pkg.sub 2>&1 | sed "s/.*: No/No/"; echo "exit ${PIPESTATUS[0]}"
(cd pkg && python3 -c 'import helper; print(helper.__file__.endswith("/pkg/helper.py"))')
python3 -c 'import pkg.none' 2> err; cut -c 1-46 err | tail -1
python3 -c 'from pkg.helper import *; print(help())'
mkdir app && cp pkg/helper.py app/ && echo 'import helper; print("folder", helper.help())' > app/__main__.py
python3 app
python3 -m zipapp app -o app.pyz && python3 app.pyz
ls pkg/__pycache__ | wc -l

# Modules that are programs.
echo '{"b": [1, 2.50], "a": "é"}' | python3 -m json.tool
echo '{"b": 1, "a": "é"}' | python3 -m json.tool --sort-keys --no-ensure-ascii --compact
echo '{"a": ' | python3 -m json.tool; echo "exit $?"
printf '{"n": 1}\n{"n": 2}\n' | python3 -m json.tool --json-lines --indent 1
printf 'hello' > a.txt
python3 -m zipfile -c z.zip a.txt && python3 -m zipfile -l z.zip | head -1 && python3 -m zipfile -e z.zip out && cat out/a.txt && echo
python3 -m tarfile -c t.tar.gz a.txt && python3 -m tarfile -l t.tar.gz
python3 -m base64 -e a.txt
python3 -m gzip a.txt && python3 -m gzip -d a.txt.gz && cat a.txt && echo
python3 -m calendar 2024 2
python3 -m this | head -3
python3 -m compileall -q . ; echo "exit $?"
python3 -m py_compile none.py 2> /dev/null; echo "exit $?"
echo 'x = (1 +' > bad.py; python3 -m py_compile bad.py 2> /dev/null; echo "exit $?"
echo 'print( 1 )' | python3 -m tokenize | awk '{ print $2 }' | sort | uniq -c | awk '{ print $1, $2 }'
printf 'import os\nprint(os.sep)\n' | python3 -m ast | head -1

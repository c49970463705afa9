#!/bin/sh
# Prints the path of a recent uv: the installed one, or a private one that is made in .run/uv first.
set -eu
cd "$(dirname "$0")/../.."
pinned=$1 oldest=$2

fail() {
  echo "$1" >&2
  exit 1
}

if installed=$(command -v uv) && version=$(uv --version 2>/dev/null | cut -d' ' -f2) &&
  [ "$(printf '%s\n%s\n' "$oldest" "$version" | sort -V | head -n 1)" = "$oldest" ]; then
  echo "$installed"
  exit 0
fi

private=.run/uv/bin/uv
if [ "$($private --version 2>/dev/null | cut -d' ' -f2)" != "$pinned" ]; then
  python=
  for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if $candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      python=$candidate
      break
    fi
  done
  [ -n "$python" ] || fail "Python 3.11 or newer is needed and was not found. Install it (Debian: sudo apt-get install python3 python3-venv, macOS: brew install python@3.12) and try again."
  mkdir -p .run 2>/dev/null || fail "The folder .run cannot be created in $(pwd): make that folder writable for $(id -un) and try again."
  log=.run/uv.log
  $python -m venv --clear .run/uv >"$log" 2>&1 ||
    fail "A virtual environment could not be made ($(tail -n 1 "$log")). On Debian install it with: sudo apt-get install python3-venv"
  .run/uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$pinned" >>"$log" 2>&1 ||
    fail "uv could not be installed ($(tail -n 1 "$log")). Check the connection to the package index, or install uv yourself, and try again."
fi
echo "$private"

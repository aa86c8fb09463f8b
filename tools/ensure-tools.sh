#!/bin/sh
# Makes sure that the build tools are installed, and installs missing ones from Debian's packages.
# It says nothing and needs no network when none is missing; before it installs any, it names them and says
# how much they take. Where a tool cannot be installed, it prints one line (which tool, which version, how
# to get it) and exits with 1.
#
#   CXX=clang++-19 LD=wasm-ld-19 AR=llvm-ar-19 ensure-tools.sh compiler
#   ensure-tools.sh lint
#   ensure-tools.sh bench
#   ensure-tools.sh native      sanitizers, libFuzzer and GoogleTest for programs of this machine
#   ensure-tools.sh wasi        what C programs for WASI are linked with
#   ensure-tools.sh rust        the Rust compiler and its library for WebAssembly
#   ensure-tools.sh interop     these two, C++ for WASI, emscripten, CMake, pkg-config, browsers
set -u

oldest_llvm=19
clang_19=/usr/lib/llvm-19/lib/clang/19
oldest_node=20

fail() {
  echo "granary: $1" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Prints the major version of a tool, from the first "version N." that the tool prints: clang, lld and
# llvm-ar differ in everything before that. wasm-ld says "LLD N.".
major_version() {
  "$1" --version 2>/dev/null | sed -n 's/.*\(version\|LLD\) \([0-9][0-9]*\)\..*/\2/p' | head -n 1
}

missing=""  # "tool:package" pairs

# A package is recognised by a command, or by a file that is named by its whole path.
is_there() {
  case "$1" in
  /*) [ -e "$1" ] ;;
  *) have "$1" ;;
  esac
}

want() {
  is_there "$1" || missing="$missing $1:$2"
}

# $1 the tool, $2 its name in Debian, $3 its Debian package. A tool that the user named is never
# installed: another name than Debian's has no package.
want_llvm() {
  if [ "$1" = "$2" ]; then
    want "$1" "$3"
  elif ! have "$1"; then
    fail "$1 is not there: give the path of an LLVM $oldest_llvm or later (Debian: apt-get install $3)"
  fi
}

check_llvm_version() {
  version=$(major_version "$1")
  [ -n "$version" ] || fail "$1 does not say which LLVM it is: LLVM $oldest_llvm or later is needed"
  [ "$version" -ge "$oldest_llvm" ] ||
    fail "$1 is LLVM $version: LLVM $oldest_llvm or later is needed (Debian: apt-get install $2)"
}

# Prints what apt-get says that the packages and all that they depend on will take, for instance 305 MB.
size_of_packages() {
  $as_root env LC_ALL=C apt-get install --assume-no --no-install-recommends $packages </dev/null 2>/dev/null |
    sed -n 's/^After this operation, \(.*\) of additional disk space.*/\1/p'
}

install_missing() {
  [ -n "$missing" ] || return 0
  tools="" packages=""
  for pair in $missing; do
    tools="$tools ${pair%%:*}"
    packages="$packages ${pair##*:}"
  done
  advice="install Debian's$packages (LLVM $oldest_llvm or later), or pass make CXX=... LD=... AR=..."

  have apt-get || fail "missing:$tools, and this system has no apt-get: $advice"
  as_root=""
  if [ "$(id -u)" -ne 0 ]; then
    have sudo || fail "missing:$tools, and neither root nor sudo is here to install them: $advice"
    as_root="sudo"
    # Without a terminal nobody can type the password.
    [ -t 0 ] || as_root="sudo -n"
  fi

  mkdir -p build
  log=build/install.log
  apt_failed="missing:$tools, and apt-get failed (see $log): $advice"
  $as_root apt-get update </dev/null >"$log" 2>&1 || fail "$apt_failed"
  size=$(size_of_packages)
  echo "granary: installing$packages${size:+, which take $size}" >&2
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    -o DPkg::Lock::Timeout=300 $packages </dev/null >>"$log" 2>&1 || fail "$apt_failed"
  hash -r 2>/dev/null
  for pair in $missing; do
    is_there "${pair%%:*}" || fail "missing: ${pair%%:*}, though ${pair##*:} is installed: put it on PATH"
  done
}

want_wasi() {
  want clang-19 clang-19
  want wasm-ld-19 lld-19
  want /usr/lib/wasm32-wasi/libc.a wasi-libc
  want "$clang_19/lib/wasi/libclang_rt.builtins-wasm32.a" libclang-rt-19-dev-wasm32
}

want_rust() {
  want wasm-ld-19 lld-19
  want /usr/bin/rustc rustc
  want /usr/bin/cargo cargo
  want /usr/lib/rustlib/wasm32-unknown-unknown/lib libstd-rust-dev-wasm32
}

case "${1-}" in
compiler)
  have node || fail "node is missing: Node $oldest_node or later is needed (https://nodejs.org)"
  have npm || fail "npm is missing: it comes with Node $oldest_node or later (https://nodejs.org)"
  node_version=$(node -p 'process.versions.node.split(".")[0]')
  [ "$node_version" -ge "$oldest_node" ] ||
    fail "node is version $node_version: Node $oldest_node or later is needed (https://nodejs.org)"
  want_llvm "$CXX" clang++-19 clang-19
  want_llvm "$LD" wasm-ld-19 lld-19
  want_llvm "$AR" llvm-ar-19 llvm-19
  want wasm-validate wabt
  want wasm-opt binaryen
  install_missing
  check_llvm_version "$CXX" clang-19
  check_llvm_version "$LD" lld-19
  check_llvm_version "$AR" llvm-19
  ;;
lint)
  want clang-format-19 clang-format-19
  want clang-tidy-19 clang-tidy-19
  install_missing
  ;;
bench)
  want /usr/lib/wasm32-wasi/libc.a wasi-libc
  install_missing
  ;;
native)
  want "$clang_19/lib/linux/libclang_rt.fuzzer-x86_64.a" libclang-rt-19-dev
  want /usr/include/gtest/gtest.h libgtest-dev
  want llvm-cov-19 llvm-19
  want llvm-profdata-19 llvm-19
  install_missing
  ;;
wasi)
  want_wasi
  install_missing
  ;;
rust)
  want_rust
  install_missing
  ;;
interop)
  want_wasi
  want_rust
  want llvm-nm-19 llvm-19
  want /usr/lib/wasm32-wasi/libc++abi.a libc++abi-19-dev-wasm32
  want /usr/lib/llvm-19/lib/wasm32-wasi/libc++.a libc++-19-dev-wasm32
  want xz xz-utils
  want cmake cmake
  want pkg-config pkgconf
  want emcc emscripten
  want /usr/share/nodejs/acorn node-acorn
  want chromium chromium
  want firefox-esr firefox-esr
  install_missing
  ;;
*)
  fail "ensure-tools.sh takes one word: compiler, lint, bench, native, wasi, rust or interop; got '${1-}'"
  ;;
esac

#!/usr/bin/env bash
# The script of `./dev portability`: runs the README's second command in fresh trees of the other releases that Mastic
# supports, and cross-builds for arm64, whose tests run under qemu where it supports them.
#
#     portability.sh [debian13 | ubuntu2404 | arm64]...      default: all
#
# Must run as root. The trees are kept in build/trees: remove one to start from scratch. Prints one line for each tree,
# as in docs/reference/portability.md.
set -euo pipefail
cd "$(dirname "$0")/.."

trees=$PWD/build/trees
say() { printf '== %s\n' "$*" >&2; }
[[ $EUID -eq 0 ]] || { say "portability needs root, for chroot"; exit 1; }
mounted=()
let_go() {
  local tree
  for tree in "${mounted[@]}"; do umount -R "$tree/tmp" "$tree/dev" "$tree/proc" || true; done
}
trap let_go EXIT

# Makes the tree `name`, unless it exists, and copies the sources into it. The keys of Ubuntu's archive come from a
# package that only Debian 13 has.
make_tree() {
  local name=$1 tree=$trees/$1
  if [[ ! -e $tree/made ]]; then
    say "$name: making a tree"
    rm -rf "$tree"
    mkdir -p "$tree"
    case $name in
      debian13 | arm64) debootstrap --variant=minbase trixie "$tree" http://deb.debian.org/debian >"$tree.log" ;;
      ubuntu2404)
        make_tree debian13
        in_tree debian13 apt-get install -y -qq ubuntu-archive-keyring >"$tree.log" 2>&1
        debootstrap --variant=minbase --components=main,universe \
          --keyring="$trees/debian13/usr/share/keyrings/ubuntu-archive-keyring.gpg" \
          noble "$tree" http://archive.ubuntu.com/ubuntu gutsy >>"$tree.log"
        echo "deb http://archive.ubuntu.com/ubuntu noble-updates main universe" >>"$tree/etc/apt/sources.list"
        ;;
      *) say "there is no tree '$name'"; exit 1 ;;
    esac
    touch "$tree/made"
  fi
  if [[ " ${mounted[*]} " != *" $tree "* ]]; then
    mount -t proc proc "$tree/proc"
    mount --rbind --make-rslave /dev "$tree/dev"
    mount -t tmpfs tmpfs "$tree/tmp"
    mounted+=("$tree")
  fi
  mkdir -p "$tree/mastic"
  git ls-files -z --cached --others --exclude-standard | tar --null -T - -cf - | tar -xf - -C "$tree/mastic"
}

in_tree() {
  local name=$1
  shift
  chroot "$trees/$name" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"
}

# Runs the tests and prints their result.
report() {
  local name=$1 command=$2 compiler begun=$SECONDS summary
  say "$name: $command"
  in_tree "$name" bash -c "cd /mastic && $command" >"$trees/$name.tests.log" 2>&1 || true
  compiler=$(in_tree "$name" bash -c "$3 --version | head -1")
  summary=$(grep -E '^[0-9]+% tests passed' "$trees/$name.tests.log" || echo "no test ran: $trees/$name.tests.log")
  printf '%s | %s | %s | %d s\n' "$name" "$compiler" "$summary" $((SECONDS - begun))
}

# The tests StackTrace* fail under qemu, because they read another thread's registers in a signal handler.
cross_build() {
  make_tree arm64
  in_tree arm64 bash -c '
    set -e
    dpkg --add-architecture arm64
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      cmake ninja-build pkg-config python3 g++ g++-aarch64-linux-gnu qemu-user libboost1.83-dev libstdc++6:arm64 libgtest-dev:arm64 \
      libdw-dev:arm64 libgumbo-dev:arm64 liburing-dev:arm64 librapidcheck-dev:arm64 libsqlite3-dev:arm64 libssl-dev:arm64 zlib1g-dev:arm64' \
    >"$trees/arm64.log" 2>&1
  report arm64 "cmake --preset dev -B build/arm64 --toolchain cmake/arm64.cmake && cmake --build build/arm64 &&
    ctest --test-dir build/arm64 -j $(nproc) --timeout 600 -L '^(base|json|http|wire.*|async|app|routing|threads|files|middleware)\$' -E '^StackTrace'" \
    aarch64-linux-gnu-g++
}

[[ $# -gt 0 ]] || set -- debian13 ubuntu2404 arm64
for name in "$@"; do
  if [[ $name == arm64 ]]; then
    cross_build
  else
    make_tree "$name"
    report "$name" "./dev test" g++
  fi
done

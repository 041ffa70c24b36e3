# Sourced by lab-uml and lab-qemu: the command line, the run's own folder, the time limit, the exit code. Not a command.
# The sourcing script sets top (the checkout), makes $image, and defines guest, which sets argv to the command that runs the guest of $run.
set -euo pipefail

name=${0##*/}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/gantry
lab=$cache/lab
support=$top/bin/support

usage() {
  sed -n '2,/^set /s/^# \{0,1\}//p' "$0" | sed '/^\. /,$d'
  exit 2
}

fail() {
  echo "$name: $*" >&2
  exit 125
}

# need PROGRAM PACKAGE...: all that are missing are named at once
missing=()
need() {
  command -v "$1" >/dev/null || missing+=("$2")
}
need_given() {
  [ "${#missing[@]}" -eq 0 ] || fail "missing here: apt-get install --no-install-recommends ${missing[*]}"
}

# missing_packages PACKAGE...: those of the packages and of what they depend on that this machine has not installed
missing_packages() {
  apt-get -q -s -o Debug::NoLocking=true install --no-install-recommends "$@" 2>/dev/null | sed -n 's/^Inst \([^ ]*\) .*/\1/p'
}

# unpack_layer FOLDER PACKAGE...: unpacked with the packages' /bin, /sbin and /lib moved below usr, as on the machine itself
unpack_layer() {
  local folder=$1 part
  shift
  [ $# -gt 0 ] || return 0
  "$support/unpack-packages" "$folder.new" "$@"
  rm -rf "$folder.new/.unpacked" "$folder.new"/usr/share/{doc,man,locale,lintian,bug}
  for part in bin sbin lib lib64; do
    [ -d "$folder.new/$part" ] || continue
    mkdir -p "$folder.new/usr/$part"
    cp -a "$folder.new/$part/." "$folder.new/usr/$part/"
    rm -rf "${folder:?}.new/$part"
  done
  mkdir -p "$folder"
  cp -a "$folder.new/." "$folder/"
  rm -rf "$folder.new"
}

# make_once FOLDER FUNCTION: FUNCTION fills a new folder that takes its name only when whole; one process makes it, others wait for that
make_once() {
  local folder=$1 function=$2 it=${1##*/}
  it=${it//[^A-Za-z0-9.-]/_}
  [ -d "$folder" ] && return 0
  mkdir -p "$lab"
  (
    flock -n 8 || {
      echo "$name: waiting for another process, which makes $it" >&2
      flock 8
    }
    [ -d "$folder" ] && exit 0
    # what killed ones left: none can be at work, for we hold the lock
    rm -rf "$lab/.new.$it".*
    echo "$name: making $it in $lab (once)" >&2
    new=$(mktemp -d "$lab/.new.$it.XXXXXX")
    chmod 755 "$new"
    begin=$SECONDS
    # a subshell of its own, so that set -e holds in it
    set +e
    (set -e; "$function" "$new/it") >"$new/log" 2>&1 8>&-
    code=$?
    set -e
    [ "$code" -eq 0 ] || {
      tail -20 "$new/log" >&2
      fail "cannot make $it: the end of its log is above"
    }
    mv "$new/log" "$new/it/log"
    mv "$new/it" "$folder"
    rm -rf "$new"
    echo "$name: made $it in $((SECONDS - begin)) s" >&2
  ) 8>>"$lab/making.$it"
}

little_endian() {
  printf '\\0%03o' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255))
}

# pipe NUMBER: copies what the guest writes to $run/pipe.NUMBER to this script's descriptor NUMBER
pipe() {
  local fifo=$run/pipe.$1
  mkfifo "$fifo"
  # open for both, so that no one waits for the other to open it
  case $1 in
    1) exec 5<>"$fifo"; cat <"$fifo" 5>&- & ;;
    2) exec 6<>"$fifo"; cat <"$fifo" >&2 5>&- 6>&- & ;;
  esac
  helpers+=("$!")
  pipes=yes
}

# --- the command line
timeout=600
memory=3072
disk=20
tty=
with_zfs=
renew=
outs=()
while [ $# -gt 0 ]; do
  case $1 in
    --timeout) timeout=${2-}; shift 2 || usage ;;
    --memory) memory=${2-}; shift 2 || usage ;;
    --disk) disk=${2-}; shift 2 || usage ;;
    --out) outs+=("${2-}"); shift 2 || usage ;;
    --tty) tty=yes; shift ;;
    --zfs) with_zfs=yes; shift ;;
    --prepare) prepare_only=yes; shift ;;
    --renew) renew=yes; prepare_only=yes; shift ;;
    --) shift; break ;;
    -*) usage ;;
    *) break ;;
  esac
done
prepare_only=${prepare_only-}
[ $# -gt 0 ] || [ -n "$prepare_only" ] || usage
[[ $timeout =~ ^[0-9]+$ && $memory =~ ^[0-9]+$ && $disk =~ ^[0-9]+$ ]] || usage
[ "$(id -u)" = 0 ] || fail "the guests share this machine's files as root: run it as root"

# start COMMAND...: runs the guest made ready by prepare, and gives its command's exit code
start() {
  # what killed ones left: their locks are free
  mkdir -p "$lab/run"
  local old
  for old in "$lab/run"/*; do
    [ -d "$old" ] || continue
    (flock -n 7 && rm -rf "$old") 7>>"$old.lock" || continue
    rm -f "$old.lock"
  done

  # no other start may take the new folder for an old one: its lock is made, and held, before it
  run=$(mktemp -u "$lab/run/XXXXXXXX")
  exec 9>>"$run.lock"
  flock 9
  mkdir "$run"
  guest_pid=
  helpers=()
  trap finish EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP

  local out
  resolved=()
  for out in ${outs[@]+"${outs[@]}"}; do
    mkdir -p "$out"
    resolved+=("$(cd "$out" && pwd -P)")
  done
  mkdir "$run/state" "$run/guest"
  cp "$support/lab/guest.sh" "$run/guest.sh"
  chmod 755 "$run/guest.sh"
  printf '%s\n' ${resolved[@]+"${resolved[@]}"} >"$run/outs"
  # what the guest must see also when it lies below /tmp, which is a disk of its own there
  printf '%s\n' "$top" "$PWD" "$image" "$HOME" >"$run/kept"
  {
    printf 'cd %q || exit 126\n' "$PWD"
    printf 'exec'
    printf ' %q' "$@"
    printf '\n'
  } >"$run/command"
  truncate -s "${disk}G" "$run/tmp.disk" "$run/spare.disk"
  # the spare one has a partition: zpool makes its own on whole disks, and waits for a udev then that is not there
  printf '\0\0\0\0\203\0\0\0\0\010\0\0%b' "$(little_endian $((disk * 2097152 - 2048)))" |
    dd of="$run/spare.disk" bs=1 seek=446 conv=notrunc status=none
  printf '\125\252' | dd of="$run/spare.disk" bs=1 seek=510 conv=notrunc status=none
  # unwritten tables: written when used, which keeps the file sparse and the start fast
  mke2fs -q -F -t ext4 -E lazy_itable_init=1,lazy_journal_init=1,nodiscard,root_owner=0:0 -O ^has_journal "$run/tmp.disk"

  # kill -9 of this script ends timeout, that ends unshare, that ends the guest with all its processes
  guest
  setpriv --pdeathsig KILL timeout --foreground --signal=KILL "$timeout" \
    setpriv --pdeathsig KILL unshare --fork --kill-child=KILL --pid --mount --mount-proc \
    "${argv[@]}" <&0 &
  guest_pid=$!
  # the guest's own ends of its pipes are all that keep them open
  [ -z "${pipes-}" ] || exec 5>&- 6>&-
  local code=0
  wait "$guest_pid" || code=$?
  guest_pid=
  for out in ${helpers[@]+"${helpers[@]}"}; do
    wait "$out" || true
  done
  if [ -s "$run/state/code" ]; then
    exit "$(cat "$run/state/code")"
  elif [ "$code" -eq 137 ] || [ "$code" -eq 124 ]; then
    echo "$name: ended by the time limit of $timeout s" >&2
    exit 124
  fi
  tail -n 25 "$run/console" >&2 || true
  fail "the guest ended (with $code) before its command did; the end of its console is above"
}

finish() {
  [ -z "$guest_pid" ] || kill -KILL "$guest_pid" 2>/dev/null || true
  [ -z "$guest_pid" ] || wait "$guest_pid" 2>/dev/null || true
  rm -rf "$run" "$run.lock"
}

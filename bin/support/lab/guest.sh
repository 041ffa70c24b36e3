#!/bin/bash
# The first process of a guest, in the guest, with the machine's root read-only below /. Environment: lab_run (the run's folder), lab_kind (uml or
# qemu), lab_tty (yes or no). Lays a tmpfs over that root, so that nothing in it can change, runs the run's command in it and ends the guest.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
run=$lab_run
base=$run/guest
root=$base/root
busybox=/bin/busybox

stop() {
  sync
  $busybox poweroff -f
  sleep 60
}

die() {
  echo "lab: $*" >/dev/console
  stop
}

# share NAME FOLDER OPTIONS: the machine's folder that the run calls NAME, mounted on FOLDER
share() {
  case $lab_kind in
    uml) mount -t hostfs -o "$3,$(cat "$run/shares/$1")" none "$2" ;;
    qemu) mount -t 9p -o "$3,trans=virtio,version=9p2000.L,msize=1048576,$(grep -q rw <<<"$3" || echo cache=loose)" "$1" "$2" ;;
  esac
}

# --- the root
mountpoint -q /proc || mount -t proc proc /proc
mountpoint -q /dev || mount -t devtmpfs dev /dev
mount -t sysfs sys /sys
mount -t tmpfs -o mode=755,size=75% tmpfs "$base" || die "cannot mount a tmpfs"
mkdir "$base"/{layer,zfs,upper,work,root,kept}
share layer "$base/layer" ro || die "cannot mount the guest's tools"
lower=$base/layer:/
if [ -e "$run/shares/zfs" ]; then
  share zfs "$base/zfs" ro || die "cannot mount ZFS and its tools"
  lower=$base/zfs:$lower
fi
grep -qw overlay /proc/filesystems || $busybox insmod "$base"/layer/usr/lib/modules/*/kernel/fs/overlayfs/overlay.ko
mount -t overlay -o "lowerdir=$lower,upperdir=$base/upper,workdir=$base/work" lab "$root" || die "cannot mount the overlay"

# /tmp is a disk; what must be seen below it is put there again
number=0
sort -u "$run/kept" | while IFS= read -r folder; do
  case $folder in
    /tmp/*)
      number=$((number + 1))
      mkdir "$base/kept/$number"
      mount --bind "$root$folder" "$base/kept/$number"
      echo "$number $folder" >>"$base/kept/list"
      ;;
  esac
done
case $lab_kind in
  uml) disk=/dev/ubda spare=/dev/ubdb1 ;;
  qemu) disk=/dev/vda spare=/dev/vdb1 ;;
esac
mount -t ext4 -o discard,noatime "$disk" "$root/tmp" || die "cannot mount $disk"
rmdir "$root/tmp/lost+found"
chmod 1777 "$root/tmp"
if [ -e "$base/kept/list" ]; then
  while read -r number folder; do
    mkdir -p "$root$folder"
    mount --move "$base/kept/$number" "$root$folder"
  done <"$base/kept/list"
fi
number=0
while IFS= read -r folder; do
  [ -n "$folder" ] || continue
  mkdir -p "$root$folder"
  share "out$number" "$root$folder" rw || die "cannot mount $folder"
  number=$((number + 1))
done <"$run/outs"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir "$root/run/lab" "$root/run/lock"
cp "$run/command" "$run/outs" "$root/run/lab/"
mkdir "$root/run/lab/state"
share state "$root/run/lab/state" rw || die "cannot mount the run's state"
mount --move /proc "$root/proc"
mount --move /sys "$root/sys"
mount --move /dev "$root/dev"
cd "$root" && pivot_root . . && umount -l . && cd / || die "cannot change the root"

# --- what a booted machine has
mkdir -p /dev/pts /dev/shm /dev/mqueue
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ln -sf /proc/self/fd /dev/fd
ln -sf /proc/self/fd/0 /dev/stdin
ln -sf /proc/self/fd/1 /dev/stdout
ln -sf /proc/self/fd/2 /dev/stderr
ln -sf /proc/mounts /etc/mtab
$busybox hostname "lab-$lab_kind"
$busybox ip link set lo up
case $lab_kind in
  uml) modules=(loop dm-mod dm-thin-pool dm-snapshot) ;;
  qemu) modules=(loop dm-mod dm-thin-pool zfs) ;;
esac
[ "$lower" = "$base/layer:/" ] || modules+=(zfs)
for module in "${modules[@]}"; do
  $busybox modprobe "$module" || echo "lab: no module $module" >/dev/console
done

# --- the command
ports() {
  case $lab_kind in
    uml)
      out=/dev/ttyS0 err=/dev/ttyS1 terminal=/dev/tty0
      for port in "$out" "$err"; do
        stty -F "$port" raw -echo
      done
      ;;
    qemu)
      terminal=/dev/ttyS1
      for port in /sys/class/virtio-ports/*; do
        case $(cat "$port/name") in
          out) out=/dev/${port##*/} ;;
          err) err=/dev/${port##*/} ;;
        esac
      done
      ;;
  esac
}
ports
clean=(env -i "PATH=$PATH" HOME=/root LANG=C.UTF-8 DM_DISABLE_UDEV=1 GANTRY_LAB="$lab_kind" GANTRY_LAB_DISK="$spare")
writers=
if [ "$lab_tty" = yes ]; then
  setsid -c -w "${clean[@]}" TERM=linux bash /run/lab/command <"$terminal" >"$terminal" 2>&1
  code=$?
else
  # by pipes: a port can be opened once only, and programs do open /dev/stderr
  mkfifo /run/lab/out /run/lab/err
  cat /run/lab/out >"$out" &
  writers="$writers $!"
  cat /run/lab/err >"$err" &
  writers="$writers $!"
  "${clean[@]}" setsid -w bash /run/lab/command </dev/null >/run/lab/out 2>/run/lab/err
  code=$?
fi

# --- its end
for process in /proc/[0-9]*; do
  process=${process#/proc/}
  case " 1 $writers " in
    *" $process "*) ;;
    *) kill -KILL "$process" 2>/dev/null ;;
  esac
done
for writer in $writers; do
  wait "$writer"
done
while IFS= read -r folder; do
  [ -z "$folder" ] || umount "$folder" || sync -f "$folder"
done </run/lab/outs
echo "$code" >/run/lab/state/new
mv /run/lab/state/new /run/lab/state/code
umount /run/lab/state || sync
stop

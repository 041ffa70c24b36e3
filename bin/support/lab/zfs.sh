# Sourced by lab-uml and lab-qemu after common.sh: OpenZFS's modules from Debian's source package zfs-dkms, for a guest's kernel. Not a command.
set -euo pipefail

# Debian's packages with those of its component contrib, where OpenZFS is: this machine's sources and lists stay as they are
contrib() {
  local apt=$lab/apt keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  mkdir -p "$apt/lists/partial" "$apt/archives/partial"
  targets() { apt-get indextargets 'Created-By: Packages' 'Origin: Debian' --format '$(REPO_URI) $(RELEASE)' | sort -u; }
  [ -n "$(targets)" ] || apt-get update -q
  local signed=
  [ ! -e "$keyring" ] || signed="[signed-by=$keyring] "
  targets | sed "s|^|deb $signed|; s|\$| main contrib|" >"$apt/sources.list"
  cat >"$apt/apt.conf" <<CONF
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$apt/lists";
Dir::Cache::archives "$apt/archives";
APT::Sandbox::User "root";
CONF
  export APT_CONFIG=$apt/apt.conf
  apt-get update -q
}

read_contrib() {
  contrib >"$lab/apt.log" 2>&1 || { tail "$lab/apt.log" >&2; fail "cannot read the lists of Debian's packages"; }
}

depends() { apt-cache depends --no-recommends --no-suggests "$1" | sed -n 's/^ *Depends: \([^<]*\)$/\1/p'; }
candidate() { apt-cache policy "$1" | sed -n 's/^ *Candidate: //p'; }

# configure_zfs LINUX OBJECTS: in the folder of OpenZFS's source
configure_zfs() {
  nice -n 3 ./configure --with-config=kernel --with-linux="$1" --with-linux-obj="$2"
}

# make_zfs FOLDER: in the folder of OpenZFS's source; the modules go into FOLDER
make_zfs() {
  nice -n 3 make -j"$(nproc)"
  mkdir -p "$1"
  find module -name '*.ko' -exec cp {} "$1/" \;
  strip --strip-debug "$1"/*.ko
  [ -e "$1/zfs.ko" ]
}

# Sourced by gantry and gantryd, which set bin. Nothing here forks.

# Sets java: GANTRY_JAVA, else JAVA_HOME, else the first java on PATH. Fails where there is none.
find_java() {
  java=${GANTRY_JAVA:-${JAVA_HOME:+$JAVA_HOME/bin/java}}
  if [ -z "$java" ]; then
    rest=$PATH:
    while [ -n "$rest" ]; do
      if [ -x "${rest%%:*}/java" ]; then
        java=${rest%%:*}/java
        break
      fi
      rest=${rest#*:}
    done
  fi
  [ -n "$java" ] && [ -x "$java" ] && return
  echo "$1: no Java found (${java:-no java on PATH}): install a JRE 17 or newer, or set GANTRY_JAVA" >&2
  return 1
}

# find_archive NAME (cli or daemon): sets lib to lib/NAME, and archive to the JVM's option for its class-data archive; to nothing where there is none for this JDK.
# The stamp holds the java that made the archive, the option that uses it, the bin folder by the name it had (the JVM compares paths as text), and
# that JDK's release file. An archive of another JDK is harmless (the JVM leaves it alone) but useless, so it is made anew in the background.
# GANTRY_NO_ARCHIVE=1 does without.
find_archive() {
  lib=$bin/../lib/$1
  archive=
  [ -z "${GANTRY_NO_ARCHIVE-}" ] || return 0
  if [ -r "$lib/archive.stamp" ]; then
    {
      IFS= read -r made_with
      IFS= read -r option
      IFS= read -r made_in
      if [ "$java" -ef "$made_with" ] && [ "$bin" -ef "$made_in" ]; then
        lib=$made_in/../lib/$1
        archive=$option$lib/archive
        while IFS= read -r old; do
          IFS= read -r new <&3 && [ "$old" = "$new" ] || archive=
        done 3<"${made_with%/bin/java}/release"
      fi
    } <"$lib/archive.stamp" 2>/dev/null
  fi
  if [ -z "$archive" ] && [ -w "$lib" ]; then
    setsid "$bin/gantry-make-archive" "$java" "$1" >/dev/null 2>&1 </dev/null &
  fi
}

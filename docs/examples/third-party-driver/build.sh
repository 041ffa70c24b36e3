#!/usr/bin/env bash
# Publishes Gantry's driver API to a file repository, then builds this plug-in against it as any third party would.
#
#   usage: build.sh [REPO_DIR [MAVEN_ARGUMENT...]]
#
# REPO_DIR is made if needed; target/repository of the checkout by default. Arguments after it go to the plug-in's build: -o works
# after a first run, -DskipTests leaves the conformance kit out. The last line of the output is the plug-in's path.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
checkout=$(cd "$here/../../.." && pwd)
mkdir -p "${1:-$checkout/target/repository}"
repository=$(cd "${1:-$checkout/target/repository}" && pwd)
shift || true

maven=(mvn -B -ntp -q)

# Maven never deploys with -o, though this needs no network once its plug-ins are there.
"${maven[@]}" -f "$checkout/pom.xml" -Dfast -DskipTests -pl spi/driver-api,spi/linux,spi/driver-tck -am deploy \
    -Dmaven.install.skip=true "-DaltDeploymentRepository=gantry::file://$repository"

# With -o, Maven would refuse even a repository on disk.
"${maven[@]}" -f "$here/pom.xml" -Daether.offline.protocols=file "-Dgantry.repo=file://$repository" "$@" clean package

echo "$here/target/example-gantry-drivers-1.0.jar"

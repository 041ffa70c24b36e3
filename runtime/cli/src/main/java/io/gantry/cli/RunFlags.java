package io.gantry.cli;

/** The flags of {@code run} and {@code create}, as data. */
final class RunFlags {
    /** Flags that only {@code run} has. */
    static final String RUN = """
            -d, --detach | Run in the background and print the container's ID
            --detach-keys string | Key sequence that detaches from the container
            --sig-proxy | Pass received signals on to the process (default true)
            """;

    static final String BOTH = """
            --add-host list:host | Add a line to the container's hosts file (host:ip)
            --annotation map | Add an annotation, passed on to the OCI runtime
            -a, --attach list:attach | Attach to STDIN, STDOUT or STDERR
            --blkio-weight uint16 | Block IO weight, 10 to 1000, 0 for none (default 0)
            --blkio-weight-device list:weight-device | Block IO weight of one device (path:weight)
            --cap-add list | Add a Linux capability
            --cap-drop list | Drop a Linux capability
            --cgroup-parent string | Parent cgroup of the container
            --cgroupns string | Cgroup namespace to use (host|private)
            --cidfile string | Write the container's ID to this file
            ~--cpu-count int | Number of CPUs (Windows only)
            ~--cpu-percent int | Percentage of CPU (Windows only)
            --cpu-period int | Length of a CFS scheduler period, in microseconds
            --cpu-quota int | CPU time per CFS scheduler period, in microseconds
            --cpu-rt-period int | Length of a real-time scheduler period, in microseconds
            --cpu-rt-runtime int | Real-time CPU time per period, in microseconds
            -c, --cpu-shares int | CPU shares (relative weight)
            --cpus decimal | Number of CPUs
            --cpuset-cpus string | CPUs that may be used (0-3, 0,1)
            --cpuset-mems string | Memory nodes that may be used (0-3, 0,1)
            --device list | Add a device of the host
            --device-cgroup-rule list:device-rule | Add a rule to the cgroup's list of devices
            --device-read-bps list:bps-device | Limit the read rate of a device (bytes per second)
            --device-read-iops list:iops-device | Limit the read rate of a device (IO per second)
            --device-write-bps list:bps-device | Limit the write rate of a device (bytes per second)
            --device-write-iops list:iops-device | Limit the write rate of a device (IO per second)
            --disable-content-trust | Skip image verification (default true)
            --dns list:address | Set a DNS server
            --dns-option list | Set a DNS option
            ~--dns-opt>dns-option list | Set a DNS option
            --dns-search list:domain | Set a DNS search domain
            --domainname string | NIS domain name
            --entrypoint string | Program to run instead of the image's entry point
            -e, --env list:env | Set an environment variable
            --env-file list | Read environment variables from a file
            --expose list | Expose a port or a range of ports
            --gpus gpu-request:gpus | Add GPUs ('all' for all of them)
            --group-add list | Add a supplementary group
            --health-cmd string | Command that checks health
            --health-interval duration | Time between two checks (default 0s)
            --health-retries int | Failures in a row that make the container unhealthy
            --health-start-interval duration | Time between checks while starting (default 0s)
            --health-start-period duration | Time to start up before failures count (default 0s)
            --health-timeout duration | Longest time a check may take (default 0s)
            -h, --hostname string | Host name
            --init | Run an init that forwards signals and reaps processes
            -i, --interactive | Keep STDIN open even if not attached
            ~--io-maxbandwidth bytes | Windows only
            ~--io-maxiops uint | Windows only
            --ip string | IPv4 address
            --ip6 string | IPv6 address
            --ipc string | IPC namespace to use
            --isolation string | Isolation technology
            ~--kernel-memory bytes | Kernel memory limit
            -l, --label list:label | Set a label
            --label-file list | Read labels from a file
            --link list:link | Link to another container
            --link-local-ip list | Link-local address
            --log-driver string | Logging driver
            --log-opt list | Option of the logging driver
            --mac-address string | MAC address
            -m, --memory bytes | Memory limit
            --memory-reservation bytes | Soft memory limit
            --memory-swap bytes:memory-swap | Limit of memory and swap together, -1 for unlimited swap
            --memory-swappiness int | Swappiness, 0 to 100 (default -1)
            --mount mount | Attach a file system mount
            --name string | Name of the container
            ~--net>network network | Connect to a network
            --network network | Connect to a network
            ~--net-alias>network-alias list | Another name of the container in the network
            --network-alias list | Another name of the container in the network
            --no-healthcheck | Switch the image's health check off
            --oom-kill-disable | Do not kill processes when memory runs out
            --oom-score-adj int | Preference of the OOM killer (-1000 to 1000)
            --pid string | PID namespace to use
            --pids-limit int | Limit of processes, -1 for unlimited
            --platform string | Platform of the image
            --privileged | Give all privileges
            -p, --publish list | Publish a port to the host
            -P, --publish-all | Publish all exposed ports to free ports
            --pull string | When to pull the image: always, missing or never (default "missing")
            -q, --quiet | Show no progress while pulling
            --read-only | Mount the root file system read-only
            --restart string | When to restart: no, on-failure[:max], always, unless-stopped (default "no")
            --rm | Remove the container and its anonymous volumes when it exits
            --runtime string | OCI runtime to use
            --security-opt list | Security option
            --shm-size bytes | Size of /dev/shm
            --stop-signal string | Signal that stops the container
            --stop-timeout int | Seconds to wait before killing
            --storage-driver string | Storage driver that holds this container
            --storage-opt list | Option of the storage driver
            --sysctl map:sysctl | Kernel parameter of the container's namespaces
            --tmpfs list | Mount a tmpfs
            -t, --tty | Allocate a pseudo-TTY
            --ulimit ulimit | Resource limit (name=soft[:hard])
            --use-api-socket | Bind mount the daemon's API socket
            -u, --user string | User name or ID (name|uid[:group|gid])
            --userns string | User namespace to use
            --uts string | UTS namespace to use
            -v, --volume list | Mount a folder of the host or a volume
            --volume-driver string | Volume driver for the container's volumes
            --volumes-from list | Mount the volumes of another container
            -w, --workdir string | Working directory
            """;

    private RunFlags() {}
}

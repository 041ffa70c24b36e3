/** Typed access to the Linux kernel: mounts, openat2, xattrs, namespaces, netlink, nftables. */
package io.gantry.linux;

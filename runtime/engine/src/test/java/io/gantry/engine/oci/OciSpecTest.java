package io.gantry.engine.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.gantry.engine.EngineException;
import io.gantry.engine.model.DeviceMapping;
import io.gantry.engine.model.Ulimit;
import io.gantry.engine.oci.OciRequest.Mount;
import io.gantry.engine.oci.OciRequest.Namespace;
import io.gantry.engine.oci.OciRequest.ProcessRequest;
import io.gantry.engine.oci.OciRequest.Resources;
import io.gantry.engine.oci.OciRequest.Seccomp;
import io.gantry.engine.oci.OciRequest.Security;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OciSpecTest {
    @TempDir
    Path rootfs;

    @BeforeEach
    void userFiles() throws IOException {
        Files.createDirectories(rootfs.resolve("etc"));
        Files.writeString(rootfs.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nweb:x:33:44::/:/bin/sh\n");
        Files.writeString(rootfs.resolve("etc/group"), "root:x:0:\nwww:x:44:\nlog:x:55:web,other\naudio:x:29:\n");
    }

    @Test
    void theUsualContainerHasDockersFourteenCapabilitiesMountsAndMaskedPaths() {
        JsonNode spec = OciSpec.build(request(Security.STANDARD, List.of()));

        assertThat(texts(spec.at("/process/capabilities/bounding")))
                .hasSize(14)
                .contains("CAP_CHOWN", "CAP_NET_RAW", "CAP_AUDIT_WRITE")
                .doesNotContain("CAP_SYS_ADMIN", "CAP_NET_ADMIN");
        assertThat(destinations(spec))
                .containsExactly("/proc", "/dev", "/dev/pts", "/sys", "/sys/fs/cgroup", "/dev/mqueue", "/dev/shm");
        assertThat(texts(spec.at("/linux/maskedPaths"))).contains("/proc/kcore", "/sys/firmware");
        assertThat(texts(spec.at("/linux/readonlyPaths"))).contains("/proc/sys");
        assertThat(spec.at("/linux/cgroupsPath").asText()).isEqualTo("/gantry/c1");
        assertThat(spec.at("/linux/resources/devices/0").toString())
                .isEqualTo("{\"allow\":false,\"type\":\"a\",\"access\":\"rwm\"}");
        assertThat(spec.at("/linux/sysctl/net.ipv4.ip_unprivileged_port_start").asText())
                .isEqualTo("0");
    }

    @Test
    void capabilitiesAreAddedAndDroppedInAnySpelling() {
        Capabilities all = Capabilities.ofThisHost();

        assertThat(all.of(false, List.of("net_admin"), List.of("CAP_MKNOD", "chown")))
                .contains("CAP_NET_ADMIN")
                .doesNotContain("CAP_MKNOD", "CAP_CHOWN");
        assertThat(all.of(false, List.of("KILL"), List.of("all"))).containsExactly("CAP_KILL");
        assertThat(all.of(false, List.of("ALL"), List.of("SYS_ADMIN")))
                .contains("CAP_NET_ADMIN")
                .doesNotContain("CAP_SYS_ADMIN");
        assertThatThrownBy(() -> all.of(false, List.of("nosuch"), List.of()))
                .isInstanceOf(EngineException.class)
                .hasMessage("invalid CapAdd: unknown capability: \"CAP_NOSUCH\"");
        assertThatThrownBy(() -> new Capabilities(List.of()).of(false, List.of(), List.of("kill")))
                .hasMessageStartingWith("invalid CapDrop: capability not supported by your kernel");
    }

    @Test
    void aUserIsFoundByNameOrNumberWithItsGroups() {
        UserLookup users = UserLookup.in(rootfs);

        assertThat(users.find("", List.of())).isEqualTo(new ContainerUser(0, 0, List.of(0)));
        assertThat(users.find("web", List.of())).isEqualTo(new ContainerUser(33, 44, List.of(44, 55)));
        assertThat(users.find("33", List.of("audio", "7")))
                .isEqualTo(new ContainerUser(33, 44, List.of(44, 55, 29, 7)));
        assertThat(users.find("web:log", List.of())).isEqualTo(new ContainerUser(33, 55, List.of(55)));
        assertThat(users.find("1000", List.of())).isEqualTo(new ContainerUser(1000, 0, List.of(0)));
        assertThat(users.find("1000:1001", List.of())).isEqualTo(new ContainerUser(1000, 1001, List.of(1001)));
        assertThatThrownBy(() -> users.find("nobody", List.of()))
                .hasMessage("unable to find user nobody: no matching entries in passwd file");
        assertThatThrownBy(() -> users.find("web:nogroup", List.of()))
                .hasMessage("unable to find group nogroup: no matching entries in group file");
        assertThatThrownBy(() -> users.find("4294967296", List.of()))
                .hasMessage("uids and gids must be in range 0-2147483647");
    }

    @Test
    void aPasswdThatPointsOutOfTheRootIsNotFollowed(@TempDir Path outside) throws IOException {
        Files.writeString(outside.resolve("secret"), "evil:x:66:66::/:/bin/sh\n");
        Path passwd = rootfs.resolve("etc/passwd");
        Files.delete(passwd);
        Files.createSymbolicLink(passwd, outside.resolve("secret"));
        assertThatThrownBy(() -> UserLookup.in(rootfs).find("evil", List.of())).isInstanceOf(EngineException.class);

        Files.delete(passwd);
        Files.createDirectory(passwd);
        assertThatThrownBy(() -> UserLookup.in(rootfs)).hasMessageContaining("not a regular file");
    }

    @Test
    void anotherUserThanRootHasNoCapabilitiesInEffect() {
        ProcessRequest process = new ProcessRequest(
                List.of("true"), List.of(), "", "web", List.of(), false, Optional.empty(), List.of(), 0);

        JsonNode spec = OciSpec.build(request(process, Security.STANDARD, List.of()));

        assertThat(spec.at("/process/capabilities").has("effective")).isFalse();
        assertThat(spec.at("/process/capabilities/bounding").size()).isEqualTo(14);
    }

    @Test
    void aPrivilegedContainerIsNotConfined() {
        Security privileged = new Security(
                true,
                List.of(),
                List.of(),
                new Seccomp.Standard(),
                false,
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty());

        JsonNode linux = OciSpec.build(request(privileged, List.of())).get("linux");

        assertThat(linux.has("seccomp")).isFalse();
        assertThat(linux.has("maskedPaths")).isFalse();
        assertThat(linux.at("/resources/devices/0/allow").asBoolean()).isTrue();
        assertThat(linux.get("devices").findValuesAsText("path")).contains("/dev/null");
    }

    @Test
    void mountsOfTheUserReplaceUsualOnesAndParentsComeFirst() {
        JsonNode spec = OciSpec.build(request(
                Security.STANDARD,
                List.of(
                        new Mount.Bind(Path.of("/srv/deep"), "/data/deep/er", true, "", true),
                        new Mount.Bind(Path.of("/srv"), "/data/", false, "rshared", true),
                        new Mount.Tmpfs("/dev/shm", List.of("exec", "size=1m")))));

        assertThat(destinations(spec))
                .endsWith("/data", "/dev/shm", "/data/deep/er")
                .containsOnlyOnce("/dev/shm");
        assertThat(texts(spec.at("/mounts/8/options"))).containsExactly("rbind", "ro", "rprivate");
        assertThat(texts(spec.at("/mounts/7/options"))).containsExactly("nosuid", "nodev", "exec", "size=1m");
        assertThat(spec.at("/linux/rootfsPropagation").asText()).isEqualTo("shared");
    }

    @Test
    void devicesGetANodeAndARule() {
        Security security = new Security(
                false,
                List.of(),
                List.of(),
                new Seccomp.Unconfined(),
                true,
                List.of(new DeviceMapping("/dev/full", "/dev/x", "r")),
                List.of("c 42:* rwm"),
                Optional.of(List.of()),
                Optional.of(List.of("/a")));

        JsonNode spec = OciSpec.build(request(security, List.of()));

        assertThat(spec.at("/linux/devices/0/path").asText()).isEqualTo("/dev/x");
        assertThat(spec.at("/linux/devices/0/minor").asInt()).isEqualTo(7);
        assertThat(spec.at("/linux/resources/devices").toString())
                .endsWith("{\"allow\":true,\"type\":\"c\",\"access\":\"r\",\"major\":1,\"minor\":7},"
                        + "{\"allow\":true,\"type\":\"c\",\"access\":\"rwm\",\"major\":42}]");
        assertThat(spec.at("/linux/maskedPaths")).isEmpty();
        assertThat(texts(spec.at("/linux/readonlyPaths"))).containsExactly("/a");
        assertThat(spec.at("/process/noNewPrivileges").asBoolean()).isTrue();
        assertThat(spec.at("/linux").has("seccomp")).isFalse();
    }

    @Test
    void aMissingDeviceIsNamedInDockersWords() {
        Security security = new Security(
                false,
                List.of(),
                List.of(),
                new Seccomp.Standard(),
                false,
                List.of(new DeviceMapping("/dev/nosuch", "", "")),
                List.of(),
                Optional.empty(),
                Optional.empty());

        assertThatThrownBy(() -> OciSpec.build(request(security, List.of())))
                .hasMessage("error gathering device information while adding custom device \"/dev/nosuch\": "
                        + "no such file or directory");
    }

    @Test
    void limitsAreTranslated() {
        Resources resources =
                new Resources(64 << 20, 0, 0, Optional.of(10L), true, 1_500_000_000L, 512, 0, 0, "0", "", 100, 300);

        JsonNode v1 = OciResources.of(resources, CgroupSetup.HYBRID);

        assertThat(v1.at("/memory/limit").asLong()).isEqualTo(64 << 20);
        assertThat(v1.at("/memory/disableOOMKiller").asBoolean()).isTrue();
        assertThat(v1.at("/cpu/quota").asLong()).isEqualTo(150_000);
        assertThat(v1.at("/cpu/period").asLong()).isEqualTo(100_000);
        assertThat(v1.at("/cpu/shares").asLong()).isEqualTo(512);
        assertThat(v1.at("/pids/limit").asLong()).isEqualTo(100);
        assertThat(v1.at("/blockIO/weight").asLong()).isEqualTo(300);
        assertThat(OciResources.of(resources, CgroupSetup.V2).at("/memory").has("disableOOMKiller"))
                .isFalse();
    }

    @Test
    void ulimitsKnowNoLimitAndUnknownNames() {
        ProcessRequest process = new ProcessRequest(
                List.of("true"),
                List.of(),
                "",
                "",
                List.of(),
                false,
                Optional.empty(),
                List.of(new Ulimit("nofile", 10, 20), new Ulimit("core", -1, -1)),
                0);

        JsonNode limits =
                OciSpec.build(request(process, Security.STANDARD, List.of())).at("/process/rlimits");

        assertThat(limits.toString())
                .isEqualTo("[{\"type\":\"RLIMIT_NOFILE\",\"hard\":20,\"soft\":10},"
                        + "{\"type\":\"RLIMIT_CORE\",\"hard\":18446744073709551615,\"soft\":18446744073709551615}]");
        ProcessRequest wrong = new ProcessRequest(
                List.of("true"),
                List.of(),
                "",
                "",
                List.of(),
                false,
                Optional.empty(),
                List.of(new Ulimit("x", 1, 1)),
                0);
        assertThatThrownBy(() -> OciSpec.build(request(wrong, Security.STANDARD, List.of())))
                .hasMessage("invalid ulimit type: x");
    }

    @Test
    void theDefaultSeccompProfileFollowsCapabilitiesAndArchitecture() {
        SeccompProfile profile = SeccompProfile.standard();

        JsonNode plain = profile.forContainer(List.of("CAP_SYS_CHROOT"), "amd64", List.of(6, 1));
        JsonNode admin = profile.forContainer(List.of("CAP_SYS_ADMIN"), "arm64", List.of(4, 4));

        assertThat(plain.at("/architectures").toString())
                .isEqualTo("[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]");
        assertThat(allowed(plain))
                .contains("openat2", "chroot", "ptrace", "arch_prctl", "clone", "fchmodat2")
                .doesNotContain("mount", "bpf", "keyctl", "kexec_load", "io_uring_setup", "unshare", "set_tls");
        assertThat(admin.at("/architectures").toString()).isEqualTo("[\"SCMP_ARCH_AARCH64\",\"SCMP_ARCH_ARM\"]");
        assertThat(allowed(admin)).contains("mount", "unshare", "set_tls").doesNotContain("chroot", "ptrace", "keyctl");
        assertThat(plain.toString()).doesNotContain("includes", "excludes", "minKernel");
        assertThat(plain.findParents("errnoRet").toString()).contains("clone3");
        assertThat(admin.findParents("errnoRet").toString()).doesNotContain("clone3");
    }

    @Test
    void aBrokenSeccompProfileIsRefused() {
        assertThatThrownBy(() -> SeccompProfile.parse("{")).hasMessageStartingWith("decoding seccomp profile failed: ");
        assertThatThrownBy(() -> SeccompProfile.parse("{}")).hasMessageContaining("defaultAction");
    }

    @Test
    void initIsFoundOrItsAbsenceExplained() {
        OciRequest with = withInit(request(Security.STANDARD, List.of()));
        try {
            assertThat(texts(OciSpec.build(with).at("/process/args")))
                    .containsExactly("/sbin/docker-init", "--", "true");
        } catch (EngineException e) {
            assertThat(e).hasMessageContaining("install the package tini or catatonit");
        }
    }

    private static List<String> allowed(JsonNode seccomp) {
        List<String> names = new ArrayList<>();
        for (JsonNode rule : seccomp.get("syscalls")) {
            if (rule.get("action").asText().equals("SCMP_ACT_ALLOW")) {
                names.addAll(texts(rule.get("names")));
            }
        }
        return names;
    }

    private static List<String> destinations(JsonNode spec) {
        List<String> result = new ArrayList<>();
        spec.get("mounts").forEach(mount -> result.add(mount.get("destination").asText()));
        return result;
    }

    private static List<String> texts(JsonNode array) {
        List<String> result = new ArrayList<>();
        array.forEach(element -> result.add(element.asText()));
        return result;
    }

    private OciRequest request(Security security, List<Mount> mounts) {
        return request(ProcessRequest.of(List.of("true"), List.of("PATH=/bin")), security, mounts);
    }

    private OciRequest request(ProcessRequest process, Security security, List<Mount> mounts) {
        return new OciRequest(
                "c1",
                rootfs,
                false,
                process,
                "h",
                "",
                mounts,
                OciRequest.Shm.DEFAULT,
                OciRequest.Namespaces.standard(Namespace.PRIVATE),
                security,
                Resources.NONE,
                "",
                Map.of(),
                false,
                Map.of());
    }

    private static OciRequest withInit(OciRequest from) {
        return new OciRequest(
                from.containerId(),
                from.rootfs(),
                from.readonlyRootfs(),
                from.process(),
                from.hostname(),
                from.domainname(),
                from.mounts(),
                from.shm(),
                from.namespaces(),
                from.security(),
                from.resources(),
                from.cgroupParent(),
                from.sysctls(),
                true,
                from.annotations());
    }
}

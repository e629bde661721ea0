// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.debian;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.Narrator;
import org.viommu.linux.internal.qemu.Architecture;

/**
 * Packages of one release of Debian and its backports, fetched by the machine's apt into a folder of ours. What is
 * fetched is what Debian signed: an archive whose signature cannot be checked is not used.
 */
public final class DebianArchive {
    /** The first release whose backports hold a QEMU that is a client of vfio-user. */
    private static final String RELEASE = "trixie";

    private static final Pattern DEPENDENCY = Pattern.compile("Depends: .*?\\b(linux-image-[0-9][^ ,]*).*");

    private final Apt apt;
    private final Architecture guest;
    private final DebUnpacker unpacker;
    private final Narrator narrator;

    private DebianArchive(Apt apt, Architecture guest, DebUnpacker unpacker, Narrator narrator) {
        this.apt = apt;
        this.guest = guest;
        this.unpacker = unpacker;
        this.narrator = narrator;
    }

    /**
     * Fetches the package lists.
     *
     * @param folder apt's folder from here on; its parent exists
     * @param guest what processor the guest has; QEMU runs on this machine
     * @param mirror the archive to use, or empty for those of the machine's own configuration
     * @throws CannotRun if no archive can be reached or none has a valid signature
     */
    public static DebianArchive open(Path folder, Architecture guest, Optional<String> mirror, Narrator narrator)
            throws CannotRun, IOException, InterruptedException {
        Apt apt = new Apt(folder, guest.debian());
        DebUnpacker unpacker = new DpkgDeb();
        List<String> mirrors = new ArrayList<>();
        if (mirror.isPresent()) {
            mirrors.add(mirror.get());
        } else {
            apt.useMachineSources();
            mirrors.addAll(MachineMirrors.find(
                    apt.run("apt-get", "update", "--print-uris").output(), RELEASE));
        }
        if (mirrors.isEmpty()) {
            throw CannotRun.unreachable("apt's configuration names no archive of Debian: give one with --mirror.");
        }
        SignedUpdate update = new SignedUpdate(apt, unpacker, folder.resolve("keyring"), narrator, Path.of("/"));
        String complaint = "";
        for (String candidate : mirrors) {
            narrator.say("fetching the package lists of %s from %s", RELEASE, candidate);
            Apt.Result result = update.update(candidate, RELEASE);
            if (result.ok()) {
                return new DebianArchive(apt, guest, unpacker, narrator);
            }
            if (result.lacksKey()) {
                throw CannotRun.because(
                        "The signature of %s cannot be checked with the keys of this machine (%s): update its package"
                                + " debian-archive-keyring.",
                        candidate, result.complaint());
            }
            complaint = result.complaint();
        }
        throw CannotRun.unreachable(
                "The packages of %s cannot be reached (%s): give an archive of Debian with --mirror.",
                RELEASE, complaint);
    }

    /** Unpacks QEMU for such guests, with every library that it needs, into an empty folder. */
    public List<Deb> unpackQemu(Path target) throws CannotRun, IOException, InterruptedException {
        String backports = RELEASE + "-backports";
        return fetch("QEMU", target, "install", "--download-only", "--yes", "-t", backports, guest.qemuPackage());
    }

    /** Unpacks the cloud kernel and its modules into an empty folder. */
    public List<Deb> unpackKernel(Path target) throws CannotRun, IOException, InterruptedException {
        Apt.Result meta =
                apt.run("apt-cache", "show", "--no-all-versions", ofGuest("linux-image-cloud-" + guest.debian()));
        String kernel = meta.output().stream()
                .map(DEPENDENCY::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .findFirst()
                .orElseThrow(() -> CannotRun.unreachable("%s has no cloud kernel (%s).", RELEASE, meta.complaint()));
        return fetch("Linux", target, "download", ofGuest(kernel));
    }

    /** Unpacks a busybox that needs no libraries into an empty folder. */
    public List<Deb> unpackBusybox(Path target) throws CannotRun, IOException, InterruptedException {
        return fetch("busybox", target, "download", ofGuest("busybox-static"));
    }

    /** Unpacks a package for this machine, with every library that it needs, into an empty folder. */
    public List<Deb> unpackProgram(String name, Path target) throws CannotRun, IOException, InterruptedException {
        return fetch(name, target, "install", "--download-only", "--yes", name);
    }

    private String ofGuest(String name) {
        return name + ":" + guest.debian();
    }

    private List<Deb> fetch(String what, Path target, String... request)
            throws CannotRun, IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(request));
        arguments.add("--print-uris");
        Apt.Result plan = apt.run("apt-get", arguments.toArray(String[]::new));
        List<Deb> debs =
                plan.output().stream().map(Deb::parse).flatMap(Optional::stream).toList();
        if (!plan.ok() || debs.isEmpty()) {
            throw CannotRun.unreachable("The packages of %s cannot be resolved (%s).", what, plan.complaint());
        }
        arguments.set(arguments.size() - 1, "-oAPT::Status-Fd=1");
        DownloadProgress progress = new DownloadProgress(narrator, what, debs);
        Apt.Result download = apt.fetch(narrator, progress, "apt-get", arguments.toArray(String[]::new));
        if (!download.ok()) {
            throw CannotRun.unreachable("The packages of %s cannot be fetched (%s).", what, download.complaint());
        }
        unpacker.unpack(
                debs.stream().map(deb -> apt.archives().resolve(deb.file())).toList(), target);
        progress.finish();
        return debs;
    }
}

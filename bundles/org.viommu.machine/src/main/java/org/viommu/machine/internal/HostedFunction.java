// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine.internal;

import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.memory.GuestMemory;
import org.viommu.transport.pci.PciFunction;
import org.viommu.transport.pci.VirtioPciFunction;
import org.viommu.virtio.DeviceType;
import org.viommu.virtio.MemoryPlatform;
import org.viommu.virtio.VirtioDevice;

/** A function that is built and offered to hosts. */
final class HostedFunction implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostedFunction.class);

    private final String name;
    private final boolean translated;
    private final VirtioDevice device;
    private final SharedFunction function;
    private final ServiceRegistration<PciFunction> registration;

    /**
     * Takes a function that is built.
     *
     * @param name of the device within its machine
     * @param translated whether it is behind an IOMMU
     */
    HostedFunction(
            String name,
            boolean translated,
            VirtioDevice device,
            SharedFunction function,
            ServiceRegistration<PciFunction> registration) {
        this.name = name;
        this.translated = translated;
        this.device = device;
        this.function = function;
        this.registration = registration;
    }

    /**
     * Builds a function and offers it.
     *
     * @param plan any but {@link Blueprint.Missing}
     */
    static HostedFunction open(BundleContext context, String machine, FunctionSpec spec, Blueprint plan) {
        String name = machine + "/" + spec.name();
        GuestMemory memory = new GuestMemory();
        DeviceType type;
        MemoryPlatform platform;
        if (plan instanceof Blueprint.Translated translated) {
            type = translated.type();
            platform = new TranslatedMemory(translated.translator(), translated.endpoint(), memory);
        } else {
            type = ((Blueprint.Direct) plan).type();
            platform = new PlainMemory(memory);
        }
        VirtioDevice device = new VirtioDevice(name, type, platform);
        SharedFunction function =
                new SharedFunction(device, new VirtioPciFunction(name, device, memory, PciClass.of(type.deviceId())));
        Map<String, Object> properties = Map.of(
                DeviceType.MACHINE, machine,
                DeviceType.NAME, spec.name(),
                PciFunction.VFIO_USER_SOCKET, spec.socket());
        return new HostedFunction(
                spec.name(),
                platform.translates(),
                device,
                function,
                context.registerService(PciFunction.class, function, FrameworkUtil.asDictionary(properties)));
    }

    /** Name of the device within its machine. */
    String name() {
        return name;
    }

    /** Whether it is behind an IOMMU. */
    boolean translated() {
        return translated;
    }

    SharedFunction function() {
        return function;
    }

    /** Takes the function back. Returns when neither a host nor the device uses the guest's memory any more. */
    @Override
    public void close() {
        withdraw(registration);
        device.close();
    }

    /** Unregisters a service; a framework that stops may have done it already, and the rest must be closed all the same. */
    static void withdraw(ServiceRegistration<?> registration) {
        try {
            registration.unregister();
        } catch (IllegalStateException e) {
            LOG.debug("the framework, which stops, has withdrawn a service already");
        }
    }
}

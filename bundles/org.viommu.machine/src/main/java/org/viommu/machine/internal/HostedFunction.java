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

    private final VirtioDevice device;
    private final ServiceRegistration<PciFunction> registration;

    private HostedFunction(VirtioDevice device, ServiceRegistration<PciFunction> registration) {
        this.device = device;
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
        PciFunction function = new VirtioPciFunction(name, device, memory, PciClass.of(type.deviceId()));
        Map<String, Object> properties = Map.of(
                DeviceType.MACHINE, machine,
                DeviceType.NAME, spec.name(),
                PciFunction.VFIO_USER_SOCKET, spec.socket());
        return new HostedFunction(
                device, context.registerService(PciFunction.class, function, FrameworkUtil.asDictionary(properties)));
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

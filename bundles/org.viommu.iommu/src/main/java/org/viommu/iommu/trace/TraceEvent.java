// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.trace;

/**
 * What has happened in an IOMMU device. Names and fields are those of QEMU's trace events; so are the bases of the
 * numbers, and that unsigned 32-bit IDs are written as signed numbers.
 */
public sealed interface TraceEvent {
    /** With what each {@link #name()} begins. */
    String PREFIX = "virtio_iommu_";

    /**
     * Name of the event.
     *
     * @return for example {@code virtio_iommu_attach}
     */
    String name();

    /**
     * Its fields.
     *
     * @return for example {@code domain=7 endpoint=16}
     */
    String fields();

    /**
     * The event as QEMU writes it into its log.
     *
     * @return name and fields
     */
    default String line() {
        return name() + ' ' + fields();
    }

    /**
     * The driver, or who serves it, has reset the device.
     */
    record DeviceReset() implements TraceEvent {
        @Override
        public String name() {
            return PREFIX + "device_reset_exit";
        }

        @Override
        public String fields() {
            return "reset!";
        }
    }

    /**
     * The machine has been reset.
     */
    record SystemReset() implements TraceEvent {
        @Override
        public String name() {
            return PREFIX + "system_reset";
        }

        @Override
        public String fields() {
            return "system reset!";
        }
    }

    /**
     * The driver has written the global bypass.
     *
     * @param bypass what it has written, 0 or 1
     */
    record SetConfig(int bypass) implements TraceEvent {
        @Override
        public String name() {
            return PREFIX + "set_config";
        }

        @Override
        public String fields() {
            return "bypass=0x%x".formatted(bypass);
        }
    }

    /**
     * The driver asks for an endpoint to be attached.
     *
     * @param domain ID of the domain, unsigned 32-bit
     * @param endpoint ID of the endpoint, unsigned 32-bit
     */
    record Attach(int domain, int endpoint) implements TraceEvent {
        @Override
        public String name() {
            return PREFIX + "attach";
        }

        @Override
        public String fields() {
            return "domain=%d endpoint=%d".formatted(domain, endpoint);
        }
    }

    /**
     * The driver asks for an endpoint to be detached.
     *
     * @param domain ID of the domain, unsigned 32-bit
     * @param endpoint ID of the endpoint, unsigned 32-bit
     */
    record Detach(int domain, int endpoint) implements TraceEvent {
        @Override
        public String name() {
            return PREFIX + "detach";
        }

        @Override
        public String fields() {
            return "domain=%d endpoint=%d".formatted(domain, endpoint);
        }
    }

    /**
     * An endpoint leaves a domain.
     *
     * @param domain ID of the domain, unsigned 32-bit
     * @param endpoint ID of the endpoint, unsigned 32-bit
     */
    record Leave(int domain, int endpoint) implements TraceEvent {
        @Override
        public String name() {
            return PREFIX + "detach_endpoint_from_domain";
        }

        @Override
        public String fields() {
            return "domain=%d endpoint=%d".formatted(domain, endpoint);
        }
    }

    /**
     * A mapping has come.
     *
     * @param domain ID of the domain, unsigned 32-bit
     * @param start first I/O virtual address, unsigned
     * @param end last I/O virtual address (inclusive), unsigned
     * @param physical guest-physical address of {@code start}, unsigned
     * @param flags of {@link org.viommu.virtio.iommu.MapFlags}
     */
    record Map(int domain, long start, long end, long physical, int flags) implements TraceEvent {
        @Override
        public String name() {
            return PREFIX + "map";
        }

        @Override
        public String fields() {
            return "domain=%d virt_start=0x%x virt_end=0x%x phys_start=0x%x flags=%d"
                    .formatted(domain, start, end, physical, flags);
        }
    }

    /**
     * The driver asks for a range to be unmapped.
     *
     * @param domain ID of the domain, unsigned 32-bit
     * @param start first I/O virtual address, unsigned
     * @param end last I/O virtual address (inclusive), unsigned
     */
    record Unmap(int domain, long start, long end) implements TraceEvent {
        @Override
        public String name() {
            return PREFIX + "unmap";
        }

        @Override
        public String fields() {
            return "domain=%d virt_start=0x%x virt_end=0x%x".formatted(domain, start, end);
        }
    }

    /**
     * A mapping has gone.
     *
     * @param domain ID of the domain, unsigned 32-bit
     * @param start first I/O virtual address, unsigned
     * @param end last I/O virtual address (inclusive), unsigned
     */
    record UnmapDone(int domain, long start, long end) implements TraceEvent {
        @Override
        public String name() {
            return PREFIX + "unmap_done";
        }

        @Override
        public String fields() {
            return "domain=%d virt_start=0x%x virt_end=0x%x".formatted(domain, start, end);
        }
    }

    /**
     * A reserved region has been written into the answer to PROBE.
     *
     * @param endpoint ID of the endpoint, unsigned 32-bit
     * @param subtype of {@link org.viommu.virtio.iommu.ReservedMemoryLayout}
     * @param start first I/O virtual address, unsigned
     * @param end last I/O virtual address (inclusive), unsigned
     */
    record ReservedProperty(int endpoint, int subtype, long start, long end) implements TraceEvent {
        @Override
        public String name() {
            return PREFIX + "fill_resv_property";
        }

        @Override
        public String fields() {
            return "dev= %d, type=%d start=0x%x end=0x%x".formatted(endpoint, subtype, start, end);
        }
    }

    /**
     * The device begins to keep state of an endpoint.
     *
     * @param endpoint ID of the endpoint, unsigned 32-bit
     */
    record GetEndpoint(int endpoint) implements TraceEvent {
        @Override
        public String name() {
            return PREFIX + "get_endpoint";
        }

        @Override
        public String fields() {
            return "Alloc endpoint=%d".formatted(endpoint);
        }
    }

    /**
     * The device keeps no state of an endpoint any more.
     *
     * @param endpoint ID of the endpoint, unsigned 32-bit
     */
    record PutEndpoint(int endpoint) implements TraceEvent {
        @Override
        public String name() {
            return PREFIX + "put_endpoint";
        }

        @Override
        public String fields() {
            return "Free endpoint=%d".formatted(endpoint);
        }
    }

    /**
     * A domain has come.
     *
     * @param domain ID of the domain, unsigned 32-bit
     */
    record GetDomain(int domain) implements TraceEvent {
        @Override
        public String name() {
            return PREFIX + "get_domain";
        }

        @Override
        public String fields() {
            return "Alloc domain=%d".formatted(domain);
        }
    }

    /**
     * A domain has gone.
     *
     * @param domain ID of the domain, unsigned 32-bit
     */
    record PutDomain(int domain) implements TraceEvent {
        @Override
        public String name() {
            return PREFIX + "put_domain";
        }

        @Override
        public String fields() {
            return "Free domain=%d".formatted(domain);
        }
    }

    /**
     * An endpoint accesses memory through the IOMMU.
     *
     * @param device whose IOMMU it is, as {@code MACHINE/NAME}
     * @param endpoint ID of the endpoint, unsigned 32-bit
     * @param address I/O virtual address, unsigned
     * @param access 1 for reading, 2 for writing
     */
    record Translate(String device, int endpoint, long address, int access) implements TraceEvent {
        @Override
        public String name() {
            return PREFIX + "translate";
        }

        @Override
        public String fields() {
            return "mr=%s rid=%d addr=0x%x flag=%d".formatted(device, endpoint, address, access);
        }
    }

    /**
     * An access goes where a mapping says.
     *
     * @param address I/O virtual address, unsigned
     * @param physical guest-physical address, unsigned
     * @param endpoint ID of the endpoint, unsigned 32-bit
     */
    record TranslateOut(long address, long physical, int endpoint) implements TraceEvent {
        @Override
        public String name() {
            return PREFIX + "translate_out";
        }

        @Override
        public String fields() {
            return "0x%x -> 0x%x for sid=%d".formatted(address, physical, endpoint);
        }
    }

    /**
     * The driver has been given a fault report.
     *
     * @param reason of {@link org.viommu.virtio.iommu.FaultReason}
     * @param flags of {@link org.viommu.virtio.iommu.FaultFlags}
     * @param endpoint ID of the endpoint, unsigned 32-bit
     * @param address I/O virtual address, unsigned
     */
    record ReportFault(int reason, int flags, int endpoint, long address) implements TraceEvent {
        @Override
        public String name() {
            return PREFIX + "report_fault";
        }

        @Override
        public String fields() {
            return "FAULT reason=%d flags=%d endpoint=%d address =0x%x".formatted(reason, flags, endpoint, address);
        }
    }
}

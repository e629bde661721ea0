// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.configuration.SettingException;
import org.viommu.configuration.Settings;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.ProvidesMappingStore;
import org.viommu.mapping.hazelcast.internal.GridMedium;
import org.viommu.mapping.hazelcast.internal.Membership;
import org.viommu.mapping.recording.BackedStore;
import org.viommu.mapping.recording.StoreOffer;

/** Joins a cluster and registers the store {@value #SHORT_NAME} while it is configured. */
@Component(
        service = {},
        immediate = true,
        configurationPid = HazelcastStoreComponent.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = HazelcastStoreComponent.Config.class)
@ProvidesMappingStore(
        viommu_store = HazelcastStoreComponent.SHORT_NAME,
        durable = true,
        shared = true,
        bytes_per_mapping = HazelcastStoreComponent.BYTES_PER_MAPPING)
public final class HazelcastStoreComponent {
    /** PID of the configuration. */
    public static final String PID = "org.viommu.mapping.hazelcast";

    /** The store's short name. */
    public static final String SHORT_NAME = "hazelcast";

    /** In the memory of the device's process: a node of the table, with references of 8 bytes, and as much if this member has one of the copies. */
    static final long BYTES_PER_MAPPING = 144;

    /** Properties that the component has besides its configuration. */
    private static final String[] QUALITIES = {
        MappingStore.NAME, MappingStore.DURABLE, MappingStore.SHARED, MappingStore.BYTES_PER_MAPPING
    };

    private static final Logger LOG = LoggerFactory.getLogger(HazelcastStoreComponent.class);

    /** Who configures a cluster wants it to be used. */
    private static final int RANKING = 300;

    private static final int MAX_BACKUPS = 6;
    private static final int MAX_PORT = 65_535;
    private static final int MIN_TIMEOUT = 2;
    private static final int MAX_TIMEOUT = 60;

    private static final Map<String, ?> OFFERED = Map.of(
            MappingStore.DURABLE, true,
            MappingStore.SHARED, true,
            MappingStore.BYTES_PER_MAPPING, BYTES_PER_MAPPING);

    private final GridMedium medium;
    private final StoreOffer offer;

    /** Configuration with the PID {@value HazelcastStoreComponent#PID}. */
    @ObjectClassDefinition(
            name = "Shared mapping store",
            description = "Keeps devices with their domains and mappings in the memory of several hosts.")
    public @interface Config {
        /**
         * Who belongs together.
         *
         * @return name of the cluster
         */
        @AttributeDefinition(description = "Name of the cluster.")
        String cluster() default "viommu";

        /**
         * Where this member listens.
         *
         * @return address of this host
         */
        @AttributeDefinition(
                description = "Address of this host on which the member listens. The traffic is not encrypted.")
        String address() default "127.0.0.1";

        /**
         * Where this member listens.
         *
         * @return TCP port
         */
        @AttributeDefinition(description = "TCP port on which the member listens.", min = "1", max = "65535")
        int port() default 5701;

        /**
         * Where others reach this member.
         *
         * @return HOST:PORT, or empty
         */
        @AttributeDefinition(
                name = "public-address",
                description =
                        "Where the other members reach this one, as HOST:PORT, if that is not where it listens: behind a "
                                + "forwarded port or in a container.")
        String public$_$address() default "";

        /**
         * Whom to join.
         *
         * @return addresses
         */
        @AttributeDefinition(description = "The other members, each as HOST:PORT. Nobody else is looked for.")
        String[] members() default {};

        /**
         * Copies of each change.
         *
         * @return at least 0
         */
        @AttributeDefinition(
                description = "How many other members have a change before the guest is answered.",
                min = "0",
                max = "6")
        int backups() default 1;

        /**
         * Members without which nothing is kept.
         *
         * @return at least 1
         */
        @AttributeDefinition(
                description =
                        "With fewer members the device goes on in memory and says so; 1 to keep changes without a copy.",
                min = "1")
        int min$_$members() default 2;

        /**
         * When a member counts as gone.
         *
         * @return seconds, 2 to 60
         */
        @AttributeDefinition(
                name = "member-timeout",
                description =
                        "Seconds after which a member that is not heard of counts as gone. Requests wait meanwhile.",
                min = "2",
                max = "60")
        int member$_$timeout() default 10;
    }

    /**
     * Joins the cluster and registers the store.
     *
     * @param context for the registration
     * @param properties of the member
     * @throws SettingException naming the PID, the key and the value
     */
    @Activate
    public HazelcastStoreComponent(BundleContext context, Map<String, ?> properties) {
        Config config = Settings.read(PID, Config.class, properties, QUALITIES).values();
        medium = new GridMedium(membership(config));
        offer = offer(context, config);
    }

    @Deactivate
    void deactivate() {
        offer.close();
        medium.leave();
    }

    private StoreOffer offer(BundleContext context, Config config) {
        try {
            BackedStore store = BackedStore.open(SHORT_NAME, medium, Duration.ZERO);
            LOG.info(
                    "store {}: member of cluster {} at {}:{}",
                    SHORT_NAME,
                    config.cluster(),
                    config.address(),
                    config.port());
            return StoreOffer.of(context, store, RANKING, OFFERED);
        } catch (IOException e) {
            LOG.error("store {}: not usable: {}", SHORT_NAME, e.getMessage());
            LOG.debug("store {}: why", SHORT_NAME, e);
            return StoreOffer.unusable(context, SHORT_NAME, e.getMessage(), RANKING, OFFERED);
        }
    }

    private static Membership membership(Config config) {
        inRange("port", config.port(), 1, MAX_PORT);
        inRange("backups", config.backups(), 0, MAX_BACKUPS);
        inRange("min-members", config.min$_$members(), 1, Integer.MAX_VALUE);
        inRange("member-timeout", config.member$_$timeout(), MIN_TIMEOUT, MAX_TIMEOUT);
        return new Membership(
                config.cluster(),
                config.address(),
                config.port(),
                config.public$_$address(),
                List.of(config.members()),
                config.backups(),
                config.min$_$members(),
                config.member$_$timeout());
    }

    private static void inRange(String key, int value, int low, int high) {
        if (value < low || value > high) {
            throw new SettingException(PID, key, value, "allowed are " + low + " to " + high);
        }
    }
}

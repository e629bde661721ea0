// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.mvstore;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
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
import org.viommu.mapping.mvstore.internal.FileMedium;
import org.viommu.mapping.recording.BackedStore;
import org.viommu.mapping.recording.StoreOffer;

/**
 * Registers the store {@value #SHORT_NAME} while it is configured and its file can be used. A file that cannot be used is left as it is and named in the log.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = MvStoreComponent.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = MvStoreComponent.Config.class)
@ProvidesMappingStore(
        viommu_store = MvStoreComponent.SHORT_NAME,
        durable = true,
        shared = false,
        bytes_per_mapping = MvStoreComponent.BYTES_PER_MAPPING)
public final class MvStoreComponent {
    /** PID of the configuration. */
    public static final String PID = "org.viommu.mapping.mvstore";

    /** The store's short name. */
    public static final String SHORT_NAME = "mvstore";

    /** In memory: 56 for a node of the table, the rest for the pages of the file that are in use. What the file takes is another matter. */
    static final long BYTES_PER_MAPPING = 160;

    /** Properties that the component has besides its configuration. */
    private static final String[] QUALITIES = {
        MappingStore.NAME, MappingStore.DURABLE, MappingStore.SHARED, MappingStore.BYTES_PER_MAPPING
    };

    private static final Logger LOG = LoggerFactory.getLogger(MvStoreComponent.class);

    /** Who configures a file wants it to be used. */
    private static final int RANKING = 200;

    private static final int MAX_DELAY_MILLIS = 60_000;

    private static final Map<String, ?> OFFERED = Map.of(
            MappingStore.DURABLE, true,
            MappingStore.SHARED, false,
            MappingStore.BYTES_PER_MAPPING, BYTES_PER_MAPPING);

    private final StoreOffer offer;

    /** Configuration with the PID {@value MvStoreComponent#PID}. */
    @ObjectClassDefinition(
            name = "Durable mapping store",
            description = "Keeps devices with their domains and mappings in a file, so that they outlive the process.")
    public @interface Config {
        /**
         * The file.
         *
         * @return path; the file and its folder are created when they do not exist
         */
        @AttributeDefinition(description = "Path of the file. It and its folder are created when they do not exist.")
        String file();

        /**
         * Whether changes outlive the machine.
         *
         * @return whether to wait for the disk
         */
        @AttributeDefinition(
                description =
                        "Whether an answer waits until the disk has the change, so that it outlives a loss of power. "
                                + "Otherwise the change outlives the process only.")
        boolean force() default true;

        /**
         * How late changes may be written.
         *
         * @return milliseconds, 0 to 60,000; 0 for before the guest is answered
         */
        @AttributeDefinition(
                description =
                        "How many milliseconds after the answer a change may be written; 0 for before the answer. "
                                + "What was answered in this time may be lost when the platform is killed.",
                min = "0",
                max = "60000")
        int commit$_$delay() default 0;
    }

    /**
     * Opens the file and registers the store.
     *
     * @param context for the registration
     * @param properties of the store
     * @throws SettingException naming the PID, the key and the value
     */
    @Activate
    public MvStoreComponent(BundleContext context, Map<String, ?> properties) {
        Config config = Settings.read(PID, Config.class, properties, QUALITIES).values();
        int delay = config.commit$_$delay();
        if (delay < 0 || delay > MAX_DELAY_MILLIS) {
            throw refused("commit-delay", delay, "allowed are 0 to " + MAX_DELAY_MILLIS);
        }
        offer = offer(context, path(config.file()), config.force(), Duration.ofMillis(delay));
    }

    @Deactivate
    void deactivate() {
        offer.close();
    }

    private static StoreOffer offer(BundleContext context, Path file, boolean force, Duration delay) {
        try {
            BackedStore store = BackedStore.open(SHORT_NAME, new FileMedium(file, force), delay);
            LOG.info("store {}: {} opened", SHORT_NAME, file);
            return StoreOffer.of(context, store, RANKING, OFFERED);
        } catch (IOException e) {
            LOG.error("store {}: not usable: {}", SHORT_NAME, e.getMessage());
            LOG.debug("store {}: why", SHORT_NAME, e);
            return StoreOffer.unusable(context, SHORT_NAME, e.getMessage(), RANKING, OFFERED);
        }
    }

    private static Path path(String file) {
        if (file.isBlank()) {
            throw refused("file", file, "a path is needed");
        }
        try {
            return Path.of(file.strip()).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw refused("file", file, e.getReason());
        }
    }

    private static SettingException refused(String key, Object value, String why) {
        return new SettingException(PID, key, value, why);
    }
}

// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.mvstore.internal;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.type.LongDataType;
import org.viommu.mapping.KeptDevice;
import org.viommu.mapping.recording.Medium;
import org.viommu.mapping.resident.ResidentTable;

/** A device in the file. Its maps are named after it: {@code domains/NAME}, {@code endpoints/NAME}, {@code table/ID/NAME}. */
final class FileDevice implements Medium.Device {
    private static final String TABLE = "table/";

    /** Signed order of keys is the unsigned order of addresses. */
    private static final long SIGN = Long.MIN_VALUE;

    private final FileMedium medium;
    private final String name;
    private final Map<Long, MVMap<Long, Mapped>> tables = new HashMap<>();

    FileDevice(FileMedium medium, String name) {
        this.medium = medium;
        this.name = name;
    }

    /** Whether a map is a table that no domain of a device refers to. */
    static boolean isOrphan(String map, FileMedium medium) {
        if (!map.startsWith(TABLE)) {
            return false;
        }
        int end = map.indexOf('/', TABLE.length());
        long id = Long.parseLong(map.substring(TABLE.length(), end));
        FileDevice device = new FileDevice(medium, map.substring(end + 1));
        return !medium.names().containsKey(device.name) || !device.domains().containsValue(id);
    }

    @Override
    public Optional<Medium.Kept> kept() throws IOException {
        return medium.reading(name, () -> {
            String state = medium.names().get(name);
            if (state == null) {
                return Optional.empty();
            }
            Map<Integer, Boolean> domains = new HashMap<>();
            Map<Integer, Long> ids = new HashMap<>();
            domains().forEach((domain, table) -> {
                domains.put(domain, table == Medium.NO_TABLE);
                if (table != Medium.NO_TABLE) {
                    ids.put(domain, table);
                }
            });
            KeptDevice device = new KeptDevice(state.substring(1), state.charAt(0) == '1', domains, endpoints());
            return Optional.of(new Medium.Kept(device, ids));
        });
    }

    @Override
    public void load(long table, ResidentTable.Loader loader) throws IOException {
        medium.reading(name, () -> {
            Cursor<Long, Mapped> cursor = open(table).cursor(null);
            while (cursor.hasNext()) {
                long start = cursor.next() ^ SIGN;
                Mapped mapped = cursor.getValue();
                loader.add(start, mapped.end(), mapped.physical(), mapped.flags());
            }
            return null;
        });
    }

    @Override
    public void begin(String fingerprint, boolean bypass) throws IOException {
        medium.guarded(() -> medium.names().put(name, (bypass ? "1" : "0") + fingerprint));
        reset();
    }

    @Override
    public void bypass(boolean bypass) throws IOException {
        medium.guarded(() -> {
            String state = medium.names().get(name);
            return medium.names().put(name, (bypass ? "1" : "0") + state.substring(1));
        });
    }

    @Override
    public void opened(int domain, long table) throws IOException {
        medium.guarded(() -> domains().put(domain, table));
    }

    @Override
    public void closed(int domain) throws IOException {
        medium.guarded(() -> domains().remove(domain));
    }

    @Override
    public void attached(int endpoint, int domain) throws IOException {
        medium.guarded(() -> endpoints().put(endpoint, domain));
    }

    @Override
    public void detached(int endpoint) throws IOException {
        medium.guarded(() -> endpoints().remove(endpoint));
    }

    @Override
    public void reset() throws IOException {
        medium.guarded(() -> {
            domains().clear();
            endpoints().clear();
            return null;
        });
    }

    @Override
    public void forget() throws IOException {
        medium.guarded(() -> {
            tables.clear();
            medium.names().remove(name);
            medium.store().removeMap(domains());
            medium.store().removeMap(endpoints());
            for (String map : medium.store().getMapNames()) {
                if (map.startsWith(TABLE) && isMine(map)) {
                    medium.store().removeMap(map);
                }
            }
            return null;
        });
    }

    @Override
    public void created(long table) throws IOException {
        // What the last owner left may have the same ID, if it could not be read.
        medium.guarded(() -> {
            open(table).clear();
            return null;
        });
    }

    @Override
    public void dropped(long table) throws IOException {
        medium.guarded(() -> {
            MVMap<Long, Mapped> dropped = tables.remove(table);
            if (dropped != null) {
                medium.store().removeMap(dropped);
            } else {
                medium.store().removeMap(mapName(table));
            }
            return null;
        });
    }

    @Override
    public void mapped(long table, long start, long end, long physical, int flags) throws IOException {
        MVMap<Long, Mapped> map = tables.get(table);
        if (map != null) {
            medium.guarded(() -> map.put(start ^ SIGN, new Mapped(end, physical, flags)));
        }
    }

    @Override
    public void unmapped(long table, long start, long end) throws IOException {
        MVMap<Long, Mapped> map = tables.get(table);
        if (map == null) {
            return;
        }
        medium.guarded(() -> {
            long last = end ^ SIGN;
            for (Long key = map.ceilingKey(start ^ SIGN); key != null && key <= last; key = map.higherKey(key)) {
                map.remove(key);
            }
            return null;
        });
    }

    private MVMap<Long, Mapped> open(long table) {
        return tables.computeIfAbsent(
                table,
                id -> medium.store()
                        .openMap(
                                mapName(id),
                                new MVMap.Builder<Long, Mapped>()
                                        .keyType(LongDataType.INSTANCE)
                                        .valueType(new MappedType())));
    }

    private MVMap<Integer, Long> domains() {
        return medium.store().openMap("domains/" + name);
    }

    private MVMap<Integer, Integer> endpoints() {
        return medium.store().openMap("endpoints/" + name);
    }

    private String mapName(long table) {
        return TABLE + table + '/' + name;
    }

    private boolean isMine(String map) {
        return map.indexOf('/', TABLE.length()) == map.length() - name.length() - 1 && map.endsWith('/' + name);
    }
}

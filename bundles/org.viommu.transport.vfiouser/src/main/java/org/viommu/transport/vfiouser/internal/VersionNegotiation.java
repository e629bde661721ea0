// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.viommu.transport.vfiouser.internal.os.ReceivedDescriptors;
import org.viommu.transport.vfiouser.internal.wire.Command;
import org.viommu.transport.vfiouser.internal.wire.Message;
import org.viommu.transport.vfiouser.internal.wire.ProtocolViolation;
import org.viommu.transport.vfiouser.internal.wire.VersionLayout;

/**
 * The first message of a connection; vfio-user 0.0, VFIO_USER_VERSION. The answer names those capabilities of the
 * client that exist here, with the limits of this side.
 */
final class VersionNegotiation {
    private static final int MAJOR = 0;
    private static final int MINOR = 0;

    private static final String CAPABILITIES = "capabilities";
    private static final Map<String, JsonPrimitive> LIMITS = Map.of(
            "max_msg_fds", new JsonPrimitive(ReceivedDescriptors.MAX),
            "max_data_xfer_size", new JsonPrimitive(Message.MAX_DATA),
            "max_dma_maps", new JsonPrimitive(DmaMappings.MAX),
            "pgsizes", new JsonPrimitive(DmaMappings.PAGE_SIZE),
            "write_multiple", new JsonPrimitive(true));

    private VersionNegotiation() {}

    /** Answers the client's proposal. */
    static void answer(Message message) throws ProtocolViolation {
        if (message.command() != Command.VERSION) {
            throw message.violation("came before VERSION");
        }
        message.requireMinimum(VersionLayout.DATA);
        message.allowDescriptors(0);
        int major = Short.toUnsignedInt(message.body().getShort(VersionLayout.MAJOR));
        if (major != MAJOR) {
            throw message.violation("major version %d instead of %d".formatted(major, MAJOR));
        }
        byte[] data = answer(text(message), message);
        ByteBuffer reply = message.reply(VersionLayout.DATA + data.length);
        reply.putShort(VersionLayout.MINOR, (short) MINOR);
        reply.put(VersionLayout.DATA, data);
    }

    /** The client's JSON text; empty if there is none. */
    private static String text(Message message) throws ProtocolViolation {
        ByteBuffer body = message.body();
        int length = body.limit() - VersionLayout.DATA;
        if (length == 0) {
            return "";
        }
        if (body.get(body.limit() - 1) != 0) {
            throw message.violation("version data does not end with NUL");
        }
        byte[] bytes = new byte[length - 1];
        body.get(VersionLayout.DATA, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] answer(String text, Message message) throws ProtocolViolation {
        if (text.isEmpty()) {
            return new byte[0];
        }
        JsonObject limits = new JsonObject();
        for (Map.Entry<String, JsonElement> proposed :
                capabilities(text, message).entrySet()) {
            JsonPrimitive limit = LIMITS.get(proposed.getKey());
            if (limit != null && accepts(proposed, limit, message)) {
                limits.add(proposed.getKey(), limit);
            }
        }
        JsonObject answer = new JsonObject();
        answer.add(CAPABILITIES, limits);
        return (answer + "\0").getBytes(StandardCharsets.UTF_8);
    }

    private static JsonObject capabilities(String text, Message message) throws ProtocolViolation {
        JsonElement root = parse(text, message);
        if (!root.isJsonObject()) {
            throw message.violation("version data is no JSON object");
        }
        JsonElement capabilities = root.getAsJsonObject().get(CAPABILITIES);
        if (capabilities == null) {
            return new JsonObject();
        }
        if (!capabilities.isJsonObject()) {
            throw message.violation("version data: capabilities is no JSON object");
        }
        return capabilities.getAsJsonObject();
    }

    private static JsonElement parse(String text, Message message) throws ProtocolViolation {
        JsonReader reader = new JsonReader(new StringReader(text));
        reader.setStrictness(Strictness.STRICT);
        try {
            JsonElement root = JsonParser.parseReader(reader);
            if (reader.peek() == JsonToken.END_DOCUMENT) {
                return root;
            }
        } catch (JsonParseException | IOException e) {
            // Told below: the parser's own text would repeat what the peer sent.
        }
        throw message.violation("version data is not JSON");
    }

    /** Whether the client proposes it, which it must do with a value of the type of the limit. */
    private static boolean accepts(Map.Entry<String, JsonElement> proposed, JsonPrimitive limit, Message message)
            throws ProtocolViolation {
        if (proposed.getValue() instanceof JsonPrimitive value
                && value.isBoolean() == limit.isBoolean()
                && value.isNumber() == limit.isNumber()) {
            return value.isNumber() || value.getAsBoolean();
        }
        throw message.violation(
                "version data: %s is no %s".formatted(proposed.getKey(), limit.isBoolean() ? "boolean" : "number"));
    }
}

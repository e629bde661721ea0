// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.viommu.memory.MemoryAccess;

/** An access whose every value is an operation of its own, as behind whatever has no windows to give. */
final class WithoutWindows {
    private WithoutWindows() {}

    static MemoryAccess of(MemoryAccess access) {
        return (MemoryAccess) Proxy.newProxyInstance(
                MemoryAccess.class.getClassLoader(),
                new Class<?>[] {MemoryAccess.class},
                (proxy, method, arguments) -> {
                    try {
                        return invoke(access, method, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** Whether a method needs no memory here. */
    static boolean answers(Method method) {
        return method.getName().equals("view") || method.getName().equals("window");
    }

    static Object invoke(MemoryAccess access, Method method, Object[] arguments) throws ReflectiveOperationException {
        return switch (method.getName()) {
            case "view" -> 0L;
            case "window" -> null;
            default -> method.invoke(access, arguments);
        };
    }
}

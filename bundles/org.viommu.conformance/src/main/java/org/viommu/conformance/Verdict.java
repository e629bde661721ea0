// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

/** What became of a check. */
public enum Verdict {
    /** The device does what is asked, or the choice is its own. */
    HOLDS("holds"),
    /** The device does otherwise where the standard is silent. */
    DIFFERS("differs"),
    /** The device does otherwise where the standard says SHOULD. */
    DEVIATES("deviates"),
    /** The device does otherwise where the standard says MUST. */
    VIOLATED("VIOLATED"),
    /** It cannot be told: the device does not offer the feature, or the port cannot do what the check needs. */
    NOT_OBSERVABLE("not observable");

    private final String word;

    Verdict(String word) {
        this.word = word;
    }

    /** The verdict as tables print it. */
    @Override
    public String toString() {
        return word;
    }

    /**
     * The verdict on a device that does not do what a requirement says.
     *
     * @param level how binding the requirement is
     * @return how that counts
     */
    public static Verdict failed(Level level) {
        return switch (level) {
            case MUST -> VIOLATED;
            case SHOULD -> DEVIATES;
            case MAY, CHOICE -> DIFFERS;
        };
    }
}

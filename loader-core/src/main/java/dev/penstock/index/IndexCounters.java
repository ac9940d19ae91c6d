package dev.penstock.index;

/// What indexing did to the stored samples beyond listing them.
///
/// @param samplesSplit samples longer than the maximum that were cut into pieces
/// @param piecesMade samples that came of them
/// @param samplesTruncated samples cut down to the maximum
/// @param samplesDropped samples left out because of their length
/// @param membersSkipped archive members that are no sample: directories, links, `__x__` names, names without extension
/// @param endMarkersMissing archives that end on a member boundary without end-of-archive blocks
public record IndexCounters(
        long samplesSplit,
        long piecesMade,
        long samplesTruncated,
        long samplesDropped,
        long membersSkipped,
        long endMarkersMissing) {

    static final IndexCounters NONE = new IndexCounters(0, 0, 0, 0, 0, 0);

    IndexCounters plus(IndexCounters other) {
        return new IndexCounters(
                samplesSplit + other.samplesSplit,
                piecesMade + other.piecesMade,
                samplesTruncated + other.samplesTruncated,
                samplesDropped + other.samplesDropped,
                membersSkipped + other.membersSkipped,
                endMarkersMissing + other.endMarkersMissing);
    }

    /// In the order of the components, as index files keep them.
    long[] values() {
        return new long[] {samplesSplit, piecesMade, samplesTruncated, samplesDropped, membersSkipped, endMarkersMissing
        };
    }
}

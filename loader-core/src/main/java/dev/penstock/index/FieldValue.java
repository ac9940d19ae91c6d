package dev.penstock.index;

import dev.penstock.batch.Field;

/// Where one field of one sample lies in its shard.
///
/// @param crc32c of the stored bytes
record FieldValue(Field field, long offset, int bytes, int crc32c) {

    int elements() {
        return bytes / field.type().widthBytes();
    }
}

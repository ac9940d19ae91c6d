package dev.penstock.format;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// The records of a pax extended header: `"<length> <key>=<value>\n"`, the length counting the whole record.
final class PaxRecords {

    private PaxRecords() {}

    static Map<String, String> decode(byte[] body, ShardBytes in, long offset) {
        Map<String, String> records = new HashMap<>();
        int at = 0;
        while (at < body.length) {
            int space = indexOf(body, ' ', at, body.length);
            int end = at + length(body, at, space);
            int equals = end <= body.length ? indexOf(body, '=', space, end) : -1;
            if (space < 0 || end <= space || equals < 0 || body[end - 1] != '\n') {
                throw in.corrupt(offset + at, "a pax record '<length> <key>=<value>'", "other bytes");
            }
            String key = new String(body, space + 1, equals - space - 1, StandardCharsets.UTF_8);
            records.put(key, TarHeader.utf8(body, equals + 1, end - equals - 2, in, offset + at));
            at = end;
        }
        return records;
    }

    private static int length(byte[] body, int from, int to) {
        int length = 0;
        for (int i = from; i < to && length < body.length; i++) {
            if (body[i] < '0' || body[i] > '9') {
                return 0;
            }
            length = length * 10 + (body[i] - '0');
        }
        return Math.min(length, body.length + 1);
    }

    private static int indexOf(byte[] body, char wanted, int from, int to) {
        for (int i = Math.max(from, 0); i < to; i++) {
            if (body[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}

package dev.penstock.cli.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a command found, in the one form that every `--json FILE` has.
///
/// ```
/// {"bench":NAME,"params":{…},"rows":[{"metric":…,"value":…,"unit":…,"control":…,"goal":…,"better":…,"spread":[…]}],
///  "env":{…}}
/// ```
///
/// A command may add members of its own after these. Confined to one thread.
public final class Result {

    private final String name;
    private final Map<String, Object> params = new LinkedHashMap<>();
    private final List<Row> rows = new ArrayList<>();
    private final Map<String, Object> details = new LinkedHashMap<>();

    /// @param name of the command or the benchmark
    public Result(String name) {
        this.name = name;
    }

    /// Adds a setting the result depends on; numbers stay numbers, anything else is written as its text.
    public Result param(String key, Object value) {
        params.put(key, value instanceof Number ? value : value.toString());
        return this;
    }

    public Result row(Row row) {
        rows.add(row);
        return this;
    }

    public Result rows(List<Row> more) {
        rows.addAll(more);
        return this;
    }

    /// Adds a member of the command's own: records, lists, numbers or text.
    public Result detail(String key, Object value) {
        details.put(key, value);
        return this;
    }

    public List<Row> rows() {
        return List.copyOf(rows);
    }

    /// Writes the file whole or not at all; what is no regular file (a pipe, a device) is written to as it is.
    public void write(Path file) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("bench", name);
        members.put("params", params);
        members.put("rows", rows);
        members.put("env", Environment.now());
        members.putAll(details);
        JsonFile.write(file, members);
    }
}

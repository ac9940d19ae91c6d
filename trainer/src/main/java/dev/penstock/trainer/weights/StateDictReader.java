package dev.penstock.trainer.weights;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.trainer.tensor.Tensors;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/// Reads a state dict that `torch.save` or [StateDict] wrote: a zip with a pickle and a record per storage.
final class StateDictReader {

    private static final String PICKLE = "/data.pkl";

    private final ZipFile zip;
    private final String root;
    private final Map<String, Tensor> storages = new LinkedHashMap<>();

    private StateDictReader(ZipFile zip) throws IOException {
        this.zip = zip;
        root = zip.stream()
                .map(ZipEntry::getName)
                .filter(name -> name.endsWith(PICKLE))
                .findFirst()
                .map(name -> name.substring(0, name.length() - PICKLE.length() + 1))
                .orElseThrow(() -> new IOException("no data.pkl in it"));
    }

    /// Every tensor by name, each in memory of its own.
    ///
    /// Fails with [CorruptDataException] unless it is a dict of tensors.
    static Map<String, Tensor> read(Path file) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return new StateDictReader(zip).tensors();
        } catch (IOException unreadable) {
            throw corrupt(file, unreadable);
        }
    }

    private Map<String, Tensor> tensors() throws IOException {
        Map<String, StateDictUnpickler.Place> places;
        try (DataInputStream in = new DataInputStream(record("data.pkl"))) {
            places = new StateDictUnpickler(in).read();
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, StateDictUnpickler.Place> entry : places.entrySet()) {
            tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue()));
        }
        return tensors;
    }

    private InputStream record(String name) throws IOException {
        ZipEntry entry = zip.getEntry(root + name);
        if (entry == null) {
            throw new IOException("no record " + name);
        }
        return zip.getInputStream(entry);
    }

    private Tensor tensor(String name, StateDictUnpickler.Place place) throws IOException {
        Tensor storage = storages.get(place.record());
        if (storage == null) {
            storage = storage(place);
            storages.put(place.record(), storage);
        }
        long end = place.offset() + 1;
        for (int i = 0; i < place.shape().size(); i++) {
            end += (place.shape().get(i) - 1) * place.strides().get(i);
        }
        boolean empty = place.shape().contains(0L);
        if (!empty && (place.offset() < 0 || end > storage.numel() || !areSane(place))) {
            throw new IOException(name + " reaches to element " + end + " of " + storage.numel());
        }
        return empty
                ? storage.new_empty(array(place.shape()))
                : storage.as_strided(array(place.shape()), array(place.strides()), new LongOptional(place.offset()))
                        .clone();
    }

    private static boolean areSane(StateDictUnpickler.Place place) {
        return place.shape().stream().allMatch(size -> size > 0)
                && place.strides().stream().allMatch(stride -> stride >= 0);
    }

    private Tensor storage(StateDictUnpickler.Place place) throws IOException {
        WeightType type = WeightType.ofStorage(place.storageClass())
                .orElseThrow(() -> new IOException("elements of unknown type " + place.storageClass()));
        String name = "data/" + place.record();
        ZipEntry entry = zip.getEntry(root + name);
        if (entry == null) {
            throw new IOException("no record " + name);
        }
        Tensor storage = torch.empty(
                new long[] {entry.getSize() / type.widthBytes()},
                new TensorOptions(type.scalarType()),
                new MemoryFormatOptional());
        try (InputStream in = zip.getInputStream(entry)) {
            Tensors.read(Channels.newChannel(in), storage);
        }
        return storage;
    }

    private static long[] array(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    private static CorruptDataException corrupt(Path file, IOException cause) {
        return new CorruptDataException(
                FailureMessage.of("reading a state dict")
                        .with("file", file)
                        .with("found", cause.getMessage())
                        .remedy("write it with torch.save(model.state_dict(), FILE)"),
                cause);
    }
}

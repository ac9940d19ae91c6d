package dev.penstock.trainer.script;

import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.format.MemberName;
import dev.penstock.trainer.model.MicroBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Tensor;

/// A contract held against the arguments of a module and the fields of a dataset: what each argument is made of.
final class ModuleBinding {

    private static final String OFFSETS_SUFFIX = "cu_seqlens";

    private final List<ModuleArgument> arguments;
    private final List<Field> fields;
    private final Map<String, List<Long>> shapes;
    private final List<ModuleInput> inputs;
    private final Optional<ModuleInput> target;

    /// Fails with [ConfigurationException] when they do not fit.
    ModuleBinding(List<ModuleArgument> arguments, List<Field> fields, ModuleContract contract) {
        this.arguments = arguments;
        this.fields = List.copyOf(fields);
        this.shapes = contract.shapes();
        this.inputs = bind(names(contract.inputs()));
        this.target = switch (contract.loss()) {
            case ModuleLoss.Own() -> Optional.empty();
            case ModuleLoss.CrossEntropy(String name) -> Optional.of(classes(name));
            case ModuleLoss.SquaredError(String name) -> Optional.of(new ModuleInput.Packed(require(name)));
        };
    }

    List<Field> fields() {
        return fields;
    }

    IValueVector inputs(MicroBatch microBatch) {
        IValueVector values = new IValueVector();
        for (ModuleInput input : inputs) {
            values.push_back(new IValue(input.of(microBatch)));
        }
        return values;
    }

    /// The right answers, `[elements]`; only for a loss that has them.
    Tensor target(MicroBatch microBatch) {
        return target.orElseThrow().of(microBatch);
    }

    /// What each argument that is passed is called: as stated, else as the module says, up to the first that has a
    /// default and names no field.
    private List<String> names(List<String> stated) {
        long required = arguments.stream().filter(ModuleArgument::isRequired).count();
        if (stated.isEmpty()) {
            return arguments.stream()
                    .takeWhile(argument -> argument.isRequired() || fieldNamed(argument.name()) >= 0)
                    .map(ModuleArgument::name)
                    .toList();
        }
        if (stated.size() < required || stated.size() > arguments.size()) {
            throw misfit("inputs", stated, "name one input for each argument of forward");
        }
        return stated;
    }

    private List<ModuleInput> bind(List<String> names) {
        List<ModuleInput> bound = new ArrayList<>();
        int previous = -1;
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (!arguments.get(i).isTensor()) {
                throw misfit("argument", arguments.get(i), "a module takes tensors; bake other arguments in");
            }
            if (name.endsWith(OFFSETS_SUFFIX) && previous >= 0) {
                bound.add(new ModuleInput.Offsets(previous));
            } else {
                previous = require(name);
                bound.add(input(name, previous));
            }
        }
        for (String name : shapes.keySet()) {
            if (!names.contains(name)) {
                throw misfit("shapeOf", name, "state shapes for inputs of the module only");
            }
        }
        return bound;
    }

    private ModuleInput input(String name, int field) {
        List<Long> shape = shapes.get(name);
        return shape == null ? new ModuleInput.Packed(field) : new ModuleInput.Shaped(field, shape);
    }

    private ModuleInput classes(String name) {
        int field = require(name);
        ElementType type = fields.get(field).type();
        if (type == ElementType.FLOAT32 || type == ElementType.FLOAT64) {
            throw misfit("target", fields.get(field), "cross entropy needs whole numbers, one class per target");
        }
        return new ModuleInput.Packed(field);
    }

    private int require(String name) {
        int field = fieldNamed(name);
        if (field < 0) {
            throw misfit("missingField", name, "name the arguments of forward after fields, or state inputs");
        }
        return field;
    }

    private int fieldNamed(String name) {
        for (int i = 0; i < fields.size(); i++) {
            String field = fields.get(i).name();
            if (field.equals(name) || MemberName.withoutElementType(field).equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private ConfigurationException misfit(String key, Object value, String remedy) {
        return new ConfigurationException(FailureMessage.of("binding a module to its batches")
                .with(key, value)
                .with("forward", arguments)
                .with("fields", fields)
                .remedy(remedy));
    }
}

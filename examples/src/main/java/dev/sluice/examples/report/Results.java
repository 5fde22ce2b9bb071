package dev.sluice.examples.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.examples.benchmark.Measurement;
import dev.sluice.examples.benchmark.Series;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/** All that was measured: results.json. */
public record Results(Machine machine, List<Measurement> shapes, List<Curve> scaling, List<Footprint> starts, List<Kernel> kernels) {
    /** The backend that all are compared with. */
    public static final String OURS = "vector";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Nothing yet. */
    public static Results none(Machine machine) {
        return new Results(machine, List.of(), List.of(), List.of(), List.of());
    }

    public static Results read(Path file) throws IOException {
        return JSON.readValue(file.toFile(), Results.class);
    }

    /** Beside its place first, and moved there when it is complete. */
    public void write(Path file) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(beside, json() + "\n");
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** As text, a record a line. */
    String json() throws IOException {
        return JSON.writeValueAsString(this).replace("},{", "},\n{");
    }

    /** The names of those that ran the shapes, in their order. */
    public List<String> contenders() {
        return shapes.stream().map(Measurement::by).distinct().toList();
    }

    /** The names of the shapes, in their order. */
    public List<String> shapeNames() {
        return shapes.stream().map(Measurement::shape).distinct().toList();
    }

    /** The time of one over that of vector, round by round, if both were measured. */
    public Optional<Series> ratio(String shape, String pass, int threads, String by) {
        Optional<Series> theirs = shape(shape, pass, threads, by).filter(m -> m.unsupported() == null).map(Measurement::series);
        Optional<Series> ours = shape(shape, pass, threads, OURS).filter(m -> m.unsupported() == null).map(Measurement::series);
        return theirs.flatMap(t -> ours.map(t::over));
    }

    Results withShapes(Machine newMachine, List<Measurement> newShapes) {
        return new Results(newMachine, newShapes, scaling, starts, kernels);
    }

    Results withScaling(List<Curve> newScaling) {
        return new Results(machine, shapes, newScaling, starts, kernels);
    }

    Results withStarts(List<Footprint> newStarts) {
        return new Results(machine, shapes, scaling, newStarts, kernels);
    }

    Results withKernels(List<Kernel> newKernels) {
        return new Results(machine, shapes, scaling, starts, newKernels);
    }

    /** One of the shapes. */
    public Optional<Measurement> shape(String shape, String pass, int threads, String by) {
        return shapes.stream().filter(m -> m.shape().equals(shape) && m.pass().equals(pass) && m.threads() == threads && m.by().equals(by)).findFirst();
    }
}

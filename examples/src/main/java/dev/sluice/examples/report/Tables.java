package dev.sluice.examples.report;

import dev.sluice.examples.benchmark.Measurement;
import dev.sluice.examples.benchmark.Series;
import dev.sluice.examples.benchmark.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Results as tables in Markdown: tables.md, from which the README takes its figures. */
final class Tables {
    private static final String OURS = Results.OURS;

    private final Results results;
    private final StringBuilder text = new StringBuilder();

    private Tables(Results results) {
        this.results = results;
    }

    static String of(Results results) {
        return new Tables(results).write();
    }

    private String write() {
        Machine m = results.machine();
        line("# " + m.date() + ", commit " + m.commit());
        line("");
        line(m.processor() + ", " + m.processors() + " processors, " + m.system() + ", " + m.java() + (m.flags().isEmpty() ? "" : ", " + String.join(" ", m.flags())) + ".");
        line(format("One core does at most %.0f GFLOP/s between registers, and reads %.0f GB/s from 512 KiB.", m.multiplyAdds() / 1e9, m.reads() / 1e9));
        m.backends().forEach((name, description) -> line("- `" + name + "`: " + description));
        List<String> others = results.contenders().stream().filter(name -> !name.equals(OURS)).toList();
        for (String other : others) {
            heading("The time of " + other + " over that of " + OURS);
            overview(other);
        }
        List<String> forTheJVM = others.stream().filter(name -> !results.machine().backends().containsKey(name) && !name.startsWith("PyTorch")).toList();
        if (!forTheJVM.isEmpty()) {
            heading("Libraries for the JVM: their time over that of " + OURS + ", 1 thread");
            together(forTheJVM, 1);
        }
        for (int threads : results.shapes().stream().map(Measurement::threads).distinct().toList()) {
            for (String pass : List.of("forward", "training")) {
                heading(pass + ", " + threads(threads) + ": times over that of " + OURS + ", median (lowest … highest) of the rounds");
                spreads(pass, threads, others);
            }
        }
        if (!results.starts().isEmpty()) {
            heading("Before it is fast");
            starts();
        }
        if (!results.scaling().isEmpty()) {
            heading("Growth: the exponent of the time, over the upper half of the values");
            growth();
        }
        if (!results.kernels().isEmpty()) {
            heading("Kernels, JMH, 1 thread");
            kernels();
        }
        return text.toString();
    }

    /** One library: a shape a row. */
    private void overview(String other) {
        List<Integer> threads = results.shapes().stream().map(Measurement::threads).distinct().toList();
        List<String> head = new ArrayList<>(List.of("shape"));
        for (String pass : List.of("forward", "training")) {
            threads.forEach(count -> head.add((count.equals(threads.getFirst()) ? pass + ", " : "") + threads(count)));
        }
        row(head);
        rule(head.size());
        for (String shape : results.shapeNames()) {
            List<String> row = new ArrayList<>(List.of(shape + ": " + Workload.titled(shape).work()));
            for (String pass : List.of("forward", "training")) {
                threads.forEach(count -> row.add(median(shape, pass, count, other)));
            }
            row(row);
        }
    }

    /** Several libraries, as far as they can do something. */
    private void together(List<String> libraries, int threads) {
        List<String> head = new ArrayList<>(List.of("shape"));
        List<List<String>> columns = new ArrayList<>();
        for (String library : libraries) {
            for (String pass : List.of("forward", "training")) {
                List<String> column = results.shapeNames().stream().map(shape -> median(shape, pass, threads, library)).toList();
                if (column.stream().anyMatch(cell -> !cell.equals("–"))) {
                    head.add(library + ", " + pass);
                    columns.add(column);
                }
            }
        }
        row(head);
        rule(head.size());
        for (int i = 0; i < results.shapeNames().size(); i++) {
            int at = i;
            row(Stream.concat(Stream.of(results.shapeNames().get(i)), columns.stream().map(column -> column.get(at))).toList());
        }
    }

    private String median(String shape, String pass, int threads, String library) {
        return results.ratio(shape, pass, threads, library).map(ratio -> figure(ratio.median())).orElse("–");
    }

    private void spreads(String pass, int threads, List<String> others) {
        List<String> head = new ArrayList<>(List.of("shape", OURS + ", µs", "% of the limit"));
        head.addAll(others);
        row(head);
        rule(head.size());
        for (String shape : results.shapeNames()) {
            Optional<Measurement> ours = results.shape(shape, pass, threads, OURS);
            List<String> row = new ArrayList<>(List.of(shape, ours.map(o -> format("%.1f", o.series().median() * 1e6)).orElse("–"),
                    ours.map(o -> format("%.0f", 100 * o.rate() / results.machine().multiplyAdds() / threads)).orElse("–")));
            for (String other : others) {
                row.add(results.ratio(shape, pass, threads, other).map(r -> figure(r.median()) + " (" + figure(r.lowest()) + " … " + figure(r.highest()) + ")")
                        .orElse(results.shape(shape, pass, threads, other).map(Measurement::unsupported).orElse("–")));
            }
            row(row);
        }
    }

    private void starts() {
        List<String> head = List.of("library", "to carry, MB", "first result, s", "steady speed, s", "memory at the first result, MiB");
        row(head);
        rule(head.size());
        for (Footprint start : results.starts()) {
            row(List.of(start.by(), format("%.1f", start.shippedBytes() / 1e6), seconds(start.first()), seconds(start.steady()), start.bytes().length == 0 ? "–" : format("%.0f", new Series(start.bytes()).median() / (1 << 20))));
        }
    }

    private static String seconds(double[] rounds) {
        return format("%.2f", new Series(rounds).median());
    }

    private void growth() {
        List<String> by = results.scaling().stream().filter(Curve::hasExponent).map(Curve::by).distinct().toList();
        List<String> head = new ArrayList<>(List.of("with", "pass"));
        head.addAll(by);
        row(head);
        rule(head.size());
        for (String axis : results.scaling().stream().filter(Curve::hasExponent).map(Curve::axis).distinct().toList()) {
            for (String pass : List.of("forward", "training")) {
                List<String> row = new ArrayList<>(List.of(axis, pass));
                by.forEach(name -> row.add(results.scaling().stream().filter(c -> c.axis().equals(axis) && c.pass().equals(pass) && c.by().equals(name)).findFirst().map(c -> format("%.2f", c.exponent())).orElse("–")));
                row(row);
            }
        }
    }

    private void kernels() {
        List<String> head = List.of("benchmark", "of", "backend", "time", "± (99.9 %)", "GFLOP/s", "% of the limit", "bytes allocated");
        row(head);
        rule(head.size());
        for (Kernel k : results.kernels()) {
            row(List.of(k.benchmark(), k.parameters().values().stream().collect(Collectors.joining(" ")), k.backend(), figure(k.score()) + " " + k.unit(), Double.isNaN(k.error()) ? "–" : figure(k.error()),
                    k.rate() == null ? "" : format("%.1f", k.rate()), k.limit() == null ? "" : format("%.0f", k.limit()), format("%.0f", k.allocated())));
        }
    }

    /** Three digits. */
    private static String figure(double value) {
        return format(value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }

    private static String threads(int count) {
        return count + (count == 1 ? " thread" : " threads");
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private void heading(String heading) {
        line("");
        line("## " + heading);
        line("");
    }

    private void row(List<String> cells) {
        line("| " + String.join(" | ", cells) + " |");
    }

    private void rule(int columns) {
        line("|" + "---|".repeat(columns));
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}

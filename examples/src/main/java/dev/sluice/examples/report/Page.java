package dev.sluice.examples.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Results as a page of HTML that needs no other file: charts by Chart.js, which is in it, and the tables of {@link Tables}. */
final class Page {
    private static final String CHARTS = "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";

    private Page() {}

    static String of(Results results) throws IOException {
        List<String> tables = Tables.of(results).lines().toList();
        int end = tables.stream().filter(line -> line.startsWith("## ")).findFirst().map(tables::indexOf).orElse(tables.size());
        return resource("report.html").replace("<!-- about -->", html(tables.subList(0, end))).replace("<!-- tables -->", html(tables.subList(end, tables.size())))
                .replace("/* results */", results.json().replace("</", "<\\/")).replace("/* chart.js */", resource(CHARTS).replaceAll("//# sourceMappingURL.*", ""));
    }

    /** What {@link Tables} uses of Markdown. */
    private static String html(List<String> lines) {
        List<String> html = new ArrayList<>();
        boolean table = false;
        for (String line : lines) {
            String escaped = line.replace("&", "&amp;").replace("<", "&lt;").replaceAll("`([^`]*)`", "<b>$1</b>");
            if (line.startsWith("|---")) {
                continue;
            }
            if (line.startsWith("|")) {
                String cell = table ? "td" : "th";
                html.add((table ? "" : "<div class=\"table\"><table>") + Arrays.stream(escaped.substring(2, escaped.length() - 2).split(" \\| ", -1)).map(text -> "<" + cell + ">" + text + "</" + cell + ">")
                        .collect(Collectors.joining("", "<tr>", "</tr>")));
            } else if (table) {
                html.add("</table></div>");
            }
            table = line.startsWith("|");
            if (line.startsWith("## ")) {
                html.add("<h3>" + escaped.substring(3) + "</h3>");
            } else if (!table && !line.isEmpty()) {
                html.add("<p>" + escaped.replaceFirst("^(- |# )", "") + "</p>");
            }
        }
        return String.join("\n", html) + (table ? "</table></div>" : "");
    }

    private static String resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

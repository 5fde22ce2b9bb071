package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.Memory;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.examples.stress.Phones;
import dev.sluice.examples.stress.StressModel;
import dev.sluice.examples.stress.StressServer;
import dev.sluice.examples.stress.StressTagger;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The example of the page on serving, on the loopback address, a hundred callers at once. {@code -Dsluice.requests=60000} for more of them. */
class ServeTest {
    private static final int CALLERS = 100;
    private static final int REQUESTS = Integer.getInteger("sluice.requests", 2_000);
    private static final Phones PHONES = new Phones(List.of("AA", "AE", "AH", "EH", "IY", "K", "L", "N", "S", "T"));
    private static final List<String> WORDS = words();

    @TempDir
    private static Path folder;

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path file = folder.resolve("stress.safetensors");
    private StressServer server;

    private static List<String> words() {
        Random random = new Random(4);
        return IntStream.range(0, 200).mapToObj(i -> IntStream.rangeClosed(0, i % 20).mapToObj(_ -> PHONES.name(random.nextInt(PHONES.count()))).collect(Collectors.joining(" "))).toList();
    }

    /** One that has learnt nothing, and tells so much the more of its weights. */
    private static StressModel model(long seed) {
        StressTagger.Sizes sizes = new StressTagger.Sizes(PHONES.count(), 16, 24, 1, false);
        return new StressModel(PHONES, sizes, new StressTagger(sizes, new Generator(seed)));
    }

    private static List<String> alone(StressModel model) {
        return WORDS.stream().map(model::predict).toList();
    }

    @BeforeEach
    void start() throws IOException {
        model(1).save(file);
        server = new StressServer(file, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    }

    @AfterEach
    void stop() {
        server.close();
        client.close();
    }

    private HttpResponse<String> send(String method, String pathAndQuery) throws IOException, InterruptedException {
        URI uri = URI.create("http://" + server.address().getHostString() + ":" + server.address().getPort() + pathAndQuery);
        return client.send(HttpRequest.newBuilder(uri).method(method, BodyPublishers.noBody()).build(), BodyHandlers.ofString());
    }

    private String answer(String word) throws IOException, InterruptedException {
        HttpResponse<String> response = send("GET", "/stress?phones=" + word.replace(' ', '+'));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body().strip();
    }

    /** So many requests of callers that are all there at once: for each request, its answer. */
    private List<Future<List<String>>> ask(ExecutorService callers, int requests) {
        return IntStream.range(0, CALLERS).mapToObj(caller -> callers.submit(() -> {
            List<String> answers = new ArrayList<>();
            for (int i = caller; i < requests; i += CALLERS) {
                answers.add(answer(WORDS.get(i % WORDS.size())));
            }
            return answers;
        })).toList();
    }

    @Test
    void hundredCallersAtOnceGetWhatEachWouldGetAlone() throws Exception {
        List<String> expected = alone(model(1));
        long before = Memory.bytesInUse();
        int asked = 0;
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<String>>> answers = ask(callers, REQUESTS);
            for (int caller = 0; caller < CALLERS; caller++) {
                List<String> ofCaller = answers.get(caller).get();
                for (int i = 0; i < ofCaller.size(); i++) {
                    assertThat(ofCaller.get(i)).isEqualTo(expected.get((caller + i * CALLERS) % WORDS.size()));
                }
                asked += ofCaller.size();
            }
        }
        assertThat(asked).isEqualTo(REQUESTS);
        assertThat(Memory.bytesInUse()).isLessThanOrEqualTo(before);
    }

    @Test
    void weightsAreExchangedWhileRequestsRun() throws Exception {
        List<StressModel> models = List.of(model(1), model(2));
        List<List<String>> expected = models.stream().map(ServeTest::alone).toList();
        assertThat(expected.get(0)).isNotEqualTo(expected.get(1));
        long before = Memory.bytesInUse();
        int now = 0;
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<String>>> answers = ask(callers, REQUESTS / 2);
            for (int round = 0; round < 10 || answers.stream().anyMatch(each -> !each.isDone()); round++) {
                now = round % 2;
                models.get(now).save(file);
                assertThat(send("POST", "/reload").body()).isEqualTo("loaded " + file + "\n");
            }
            for (int caller = 0; caller < CALLERS; caller++) {
                List<String> ofCaller = answers.get(caller).get();
                for (int i = 0; i < ofCaller.size(); i++) {
                    int word = (caller + i * CALLERS) % WORDS.size();
                    assertThat(ofCaller.get(i)).isIn(expected.get(0).get(word), expected.get(1).get(word));
                }
            }
        }
        assertThat(answer(WORDS.get(19))).isEqualTo(expected.get(now).get(19));
        assertThat(inUse(before)).as("the models that were exchanged are found by the garbage collector").isLessThanOrEqualTo(before);
    }

    /** What is in use when the garbage collector has found what nobody holds. */
    private static long inUse(long atMost) throws InterruptedException {
        for (int i = 0; i < 100 && Memory.bytesInUse() > atMost; i++) {
            System.gc();
            Thread.sleep(20);
            Tensor.scalar(0f).recycle(); // looks what was found
        }
        return Memory.bytesInUse();
    }

    private void assertAnswer(String method, String pathAndQuery, int status, String text) throws Exception {
        HttpResponse<String> response = send(method, pathAndQuery);
        assertThat(response.body()).isEqualTo(text + "\n");
        assertThat(response.statusCode()).isEqualTo(status);
    }

    @Test
    void requestsThatCannotBeAnsweredAreToldWhy() throws Exception {
        String required = "; 1 to 100 are required, as in /stress?phones=K+AA+N+T+EH+S+T";
        String there = ": there is GET /stress?phones=K+AA+N+T+EH+S+T and POST /reload";
        assertAnswer("GET", "/stress", 400, "phones: 0 of them" + required);
        assertAnswer("GET", "/stress?word=K&phones=", 400, "phones: 0 of them" + required);
        assertAnswer("GET", "/stress?phones=" + "+K".repeat(101), 400, "phones: 101 of them" + required);
        assertAnswer("GET", "/stress?phones=K+Q%C3%84", 400, "phone \"QÄ\" is unknown; known are AA AE AH EH IY K L N S T");
        assertAnswer("GET", "/stresses", 404, "GET /stresses" + there);
        assertAnswer("POST", "/stress?phones=K", 404, "POST /stress" + there);
        assertThat(send("HEAD", "/").statusCode()).isEqualTo(404);
        Files.writeString(file, "no model");
        assertAnswer("POST", "/reload", 500, file + ": it begins neither as safetensors do nor as a checkpoint of PyTorch");
        Files.delete(file);
        assertAnswer("POST", "/reload", 500, "no such file: " + file);
        assertAnswer("GET", "/stress?phones=K%20AA&x=1", 200, model(1).predict("K AA"));
    }

    @Test
    void whatMemoryHasNoRoomForIsRefusedAndTheNextIsAnswered() throws Exception {
        long limit = Memory.limit();
        Memory.limit(0);
        try {
            HttpResponse<String> response = send("GET", "/stress?phones=" + "+K".repeat(100));
            assertThat(response.body()).startsWith("memory: ").contains("Memory.limit(0) allows no more");
            assertThat(response.statusCode()).isEqualTo(503);
        } finally {
            Memory.limit(limit);
        }
        assertThat(answer("K AA N T")).isEqualTo(model(1).predict("K AA N T"));
    }

    @Test
    void anAddressThatIsTakenIsNamed() throws Exception {
        assertThatThrownBy(() -> new StressServer(file, server.address(), 0)).isInstanceOf(IOException.class).hasMessage(server.address() + ": Address already in use");
        assertError("Serve: --port 70000: 0 to 65535 is required", "--model", "" + file, "--port", "70000");
        String host = "x".repeat(70); // too long for a name
        assertError("Serve: --host " + host + ": an address of this machine is required", "--model", "" + file, "--host", host);
        assertError("Serve: Missing required option: '--model=FILE'; --help shows what can be given");
    }

    private static void assertError(String message, String... args) throws Exception {
        Printed printed = Printed.by(() -> Program.run(new Serve(), args));
        assertThat(printed.err()).isEqualToNormalizingNewlines(message + "\n");
        assertThat(printed.status()).isEqualTo(Program.REFUSED);
    }

    @Test
    void thePageShowsWhatIsInThePrograms() throws IOException {
        String page = Files.readString(Path.of("Serving.md"));
        StringBuilder programs = new StringBuilder();
        for (String program : List.of("Serve", "stress/StressServer", "stress/StressTagger")) {
            programs.append(stripped(Files.readString(Path.of("src/main/java/dev/sluice/examples", program + ".java"))));
        }
        List<String> blocks = Pattern.compile("```java\\R(.*?)```", Pattern.DOTALL).matcher(page).results().map(block -> block.group(1)).toList();
        assertThat(blocks).hasSizeGreaterThan(3).allSatisfy(block -> assertThat(programs.toString()).contains(stripped(block)));
        assertThat(Pattern.compile("]\\(([^)#]+)").matcher(page).results().map(link -> Path.of(link.group(1)))).isNotEmpty().allMatch(Files::exists);
    }

    /** Its lines without what is around them. */
    private static String stripped(String text) {
        return text.lines().map(String::strip).collect(Collectors.joining("\n", "", "\n"));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a process cannot be asked to end there")
    void theProgramAnswersUntilItIsToldToStop() throws Exception {
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules", "jdk.incubator.vector", "-cp", System.getProperty("java.class.path"),
                Serve.class.getName(), "--model", "" + file, "--port", "0", "--warm-up", "20");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var lines = process.inputReader()) {
            String listens = lines.lines().filter(line -> line.startsWith("listens on ")).findFirst().orElseThrow();
            var address = Pattern.compile("listens on (http://localhost:\\d+/stress\\?phones=K\\+AA\\+N\\+T\\+EH\\+S\\+T) until Ctrl-C").matcher(listens);
            assertThat(address.matches()).as(listens).isTrue();
            HttpResponse<String> response = client.send(HttpRequest.newBuilder(URI.create(address.group(1))).build(), BodyHandlers.ofString());
            assertThat(response.body().strip()).isEqualTo(model(1).predict("K AA N T EH S T"));
            process.toHandle().destroy(); // Process.destroy would close what it prints
            assertThat(lines.lines().toList().getLast()).isEqualTo("stopped");
            assertThat(process.waitFor()).as("128 + SIGTERM").isEqualTo(143);
        } finally {
            process.destroyForcibly();
        }
    }
}

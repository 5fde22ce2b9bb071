package dev.sluice.examples;

import dev.sluice.api.Backends;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.BiLSTM;
import dev.sluice.core.train.SGD;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** A container that deploys an application on this library again and again, each time in a class loader of its own, as {@link RedeploymentTest} runs it. */
final class Deployments {
    private static final int COUNT = 20, WARM = 5;
    private static final long TENSORS = 40 << 20;

    /** What an application does: with all backends, on threads of the team, and it ends while its tensors are in use. */
    public static final class Application implements Runnable {
        private static final List<Tensor> HELD = new ArrayList<>();

        @Override
        public void run() {
            Backends backends = Backends.discover();
            backends.usable().stream().skip(1).forEach(backend -> Backends.use(backend, this::train));
            train();
            HELD.add(Tensor.empty(Shape.of((int) (TENSORS / 4))));
            if (Boolean.getBoolean("release")) {
                Backends.release();
                backends.best().workers().close();
            }
        }

        private void train() {
            BiLSTM lstm = new BiLSTM(16, 32, new Generator(0));
            Tensor output = lstm.forward(Tensor.randn(new Generator(1), 4, 64, 16)).output();
            output.sum().backward();
            new SGD(lstm.parameters(), 0.1).step();
            HELD.add(output);
        }
    }

    private Deployments() {}

    public static void main(String[] args) throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        for (int i = 1; i <= COUNT; i++) {
            loaders.add(new WeakReference<>(deploy()));
            if (i == WARM || i == COUNT) {
                int left = left(loaders, before);
                System.out.println("deployments " + i + " loaders " + left + " threads " + threads(before) + " MB " + Resident.megabytes());
            }
        }
    }

    private static ClassLoader deploy() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        URLClassLoader loader = new URLClassLoader("application", urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        Thread thread = Thread.currentThread();
        thread.setContextClassLoader(loader);
        ((Runnable) loader.loadClass(Application.class.getName()).getConstructor().newInstance()).run();
        thread.setContextClassLoader(null);
        loader.close();
        return loader;
    }

    /** How many loaders are not collected, once none is, or after a minute. */
    private static int left(List<WeakReference<ClassLoader>> loaders, Set<Thread> before) throws InterruptedException {
        int left = loaders.size();
        for (int i = 0; i < 600 && (left > 0 || !threads(before).isEmpty()); i++) {
            System.gc();
            Thread.sleep(100);
            left = (int) loaders.stream().filter(loader -> loader.get() != null).count();
        }
        return left;
    }

    /** The threads that were not there before. */
    private static List<String> threads(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> !before.contains(thread)).map(Thread::getName)
                .filter(name -> Arrays.stream(new String[] {"C1 ", "C2 ", "Attach Listener", "process reaper"}).noneMatch(name::startsWith)).sorted().toList();
    }
}

package dev.sluice.core.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user's modules in a named module: whether what was forgotten is seen, the access to its package decides. */
class ModulePathTest {
    private static final String TAGGER = """
            package com.example;
            import dev.sluice.core.nn.Dropout;
            import dev.sluice.core.nn.Embedding;
            import dev.sluice.core.nn.Module;
            import java.util.concurrent.Callable;

            public final class Tagger extends Module implements Callable<String> {
                private final Embedding words = module("words", new Embedding(5, 3));
                private final Embedding tags = %s;
                private final Dropout dropout = module("dropout", new Dropout(0.5));

                public Tagger() {}

                public String call() {
                    try {
                        return namedParameters().keySet() + " " + parameters().size();
                    } catch (IllegalStateException e) {
                        return e.getMessage();
                    }
                }
            }
            """;
    private static final String FORGOTTEN = "new Embedding(4, 2)", REGISTERED = "module(\"tags\", new Embedding(4, 2))";

    @TempDir
    private Path classes;

    private final List<String> log = new ArrayList<>();

    /** What a Tagger says that is in a module which gives core such access, twice. */
    private List<String> said(String tags, String access) throws Exception {
        Compilation compilation = Compilation.of(classes, Map.of("module-info.java", "module com.example { requires dev.sluice.core; exports com.example; " + access + "}",
                "com/example/Tagger.java", TAGGER.formatted(tags)));
        assertThat(compilation.errors()).isEmpty();
        ModuleFinder finder = ModuleFinder.of(Stream.concat(Stream.of(Compilation.modulePath()), Stream.of(classes)).toArray(Path[]::new));
        ModuleLayer boot = ModuleLayer.boot();
        Configuration configuration = boot.configuration().resolve(finder, ModuleFinder.of(), Set.of("com.example"));
        ModuleLayer layer = boot.defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader());
        Logger logger = Logger.getLogger(Module.class.getName());
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                log.add(entry.getLevel() + " " + entry.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            Callable<?> tagger = (Callable<?>) layer.findLoader("com.example").loadClass("com.example.Tagger").getConstructor().newInstance();
            return List.of((String) tagger.call(), (String) tagger.call());
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
    }

    @Test
    void inAPackageThatIsOpenToCoreWhatWasForgottenIsRefused() throws Exception {
        assertThat(said(FORGOTTEN, "opens com.example to dev.sluice.core;")).hasSize(2).containsOnly("Tagger: the field \"tags\" holds a module (Embedding) that is no part of it: it would not be "
                + "trained, saved or switched by eval(); make it one, tags = module(\"tags\", …), or declare the field transient if it is not meant to be");
        assertThat(log).isEmpty();
    }

    @Test
    void inOneThatIsNotTheLogWarnsOnce() throws Exception {
        assertThat(said(FORGOTTEN, "")).containsOnly("[words.weight] 1");
        assertThat(log).containsExactly("WARNING Tagger: 2 fields are of kind Embedding (\"words\", \"tags\"), and 1 of its parts is; without tags = module(\"tags\", …) or its like, what a field holds is "
                + "not trained, saved or switched by eval(); write opens com.example to dev.sluice.core; in module-info.java, and it is looked at; declare transient the fields that are not meant to hold parts");
    }

    @Test
    void whatIsRegisteredIsNotSpokenOf() throws Exception {
        assertThat(said(REGISTERED, "")).containsOnly("[words.weight, tags.weight] 2");
        assertThat(log).isEmpty();
    }
}

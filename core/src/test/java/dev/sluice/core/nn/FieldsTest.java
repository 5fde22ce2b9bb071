package dev.sluice.core.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.BiLSTM;
import dev.sluice.core.LSTM;
import dev.sluice.core.LSTMCell;
import dev.sluice.core.LSTMState;
import dev.sluice.core.StatefulLSTM;
import dev.sluice.core.train.Adam;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a field holds and nobody registered is not silently left out. */
class FieldsTest {
    private static final String MODULE_LOST = " of it: it would not be trained, saved or switched by eval(); make it one, ";
    private static final String TENSOR_LOST = " of it: it would not be trained or saved; make it one, ";
    private static final String TRANSIENT = ", or declare the field transient if it is not meant to be";

    private static void refused(Module module, String message) {
        for (ThrowingCallable call : List.<ThrowingCallable>of(module::parameters, module::namedParameters, module::train, module::eval, module::clearGradients,
                () -> module.requireGrad(false), () -> module.load(Map.of()), () -> module.loadMatching(Map.of()))) {
            assertThatThrownBy(call).isInstanceOf(IllegalStateException.class).hasMessage(message);
        }
        assertThat(module.isTraining()).as("nothing is switched").isTrue();
    }

    private static class Tagger extends Module {
        private final BiLSTM lstm = new BiLSTM(3, 4);
        private final Linear head = new Linear(8, 2);

        Tensor forward(Tensor x) {
            return head.forward(lstm.forward(x).output());
        }
    }

    @Test
    void whoWritesAsInPyTorchIsToldWhatToWrite() {
        Tagger tagger = new Tagger();
        assertThat(tagger.forward(Tensor.ones(2, 1, 3)).shape().sizes()).as("a pass looks at no fields").containsExactly(2, 1, 2);
        String message = "Tagger: the field \"lstm\" holds a module (BiLSTM) that is no part of it (likewise \"head\"): it would not be trained, saved or switched by eval(); "
                + "make it one, lstm = module(\"lstm\", …), or declare the field transient if it is not meant to be";
        refused(tagger, message);
        assertThatThrownBy(() -> new Adam(tagger.parameters(), 0.001)).isInstanceOf(IllegalStateException.class).hasMessage(message);
    }

    private static final class Larger extends Tagger {
        private final Embedding words = module("words", new Embedding(5, 3));
    }

    @Test
    void ofASuperclassToo() {
        Larger larger = new Larger();
        assertThat(larger.words.namedParameters()).hasSize(1);
        refused(larger, "Larger: the field \"lstm\" of Tagger holds a module (BiLSTM) that is no part of it (likewise \"head\"): it would not be trained, saved or switched by eval(); "
                + "make it one, lstm = module(\"lstm\", …)" + TRANSIENT);
    }

    /** Holds something, in a field of the type that is used for it. */
    private static final class Holders {
        private static final class OfModules extends Module {
            private List<Module> held = new ArrayList<>();
        }

        private static final class OfNames extends Module {
            private Map<String, List<? extends Module>> held = Map.of();
        }

        private static final class OfAnArray extends Module {
            private Module[][] held = {};
        }

        private static final class OfATensor extends Module {
            private Tensor held;
        }

        private static final class OfAnything<T> extends Module {
            private T held;
        }
    }

    @Test
    void inAListAMapOrAnArray() {
        Holders.OfModules list = new Holders.OfModules();
        list.held.add(list.module("held0", new Linear(2, 2)));
        assertThat(list.parameters()).hasSize(2);
        list.held.add(new Dropout(0.5));
        String each = "module(\"held\" + i, …) for each";
        refused(list, "OfModules: the field \"held\" holds a module (Dropout) that is no part" + MODULE_LOST + each + TRANSIENT);

        Holders.OfNames map = new Holders.OfNames();
        map.held = Map.of("de", List.of(map.module("de", new Linear(2, 2)), new Linear(2, 2)));
        refused(map, "OfNames: the field \"held\" holds a module (Linear) that is no part" + MODULE_LOST + each + TRANSIENT);

        Holders.OfAnArray array = new Holders.OfAnArray();
        array.held = new Module[][] {{}, {null, new LSTMCell(2, 2)}};
        refused(array, "OfAnArray: the field \"held\" holds a module (LSTMCell) that is no part" + MODULE_LOST + each + TRANSIENT);

        Holders.OfAnything<Object> anything = new Holders.OfAnything<>();
        anything.held = Set.of("a", Tensor.ones(2, 3).requireGrad());
        refused(anything, "OfAnything: the field \"held\" holds a tensor [2, 3] that requires a gradient and is no parameter" + TENSOR_LOST + "parameter(\"held\" + i, …) for each" + TRANSIENT);
    }

    @Test
    void aTensorThatGradientsArriveIn() {
        Holders.OfATensor module = new Holders.OfATensor();
        module.held = Tensor.ones(3);
        assertThat(module.parameters()).as("a constant").isEmpty();
        Tensor scale = module.held.requireGrad();
        refused(module, "OfATensor: the field \"held\" holds a tensor [3] that requires a gradient and is no parameter" + TENSOR_LOST + "held = parameter(\"held\", …)" + TRANSIENT);
        module.held = scale.mul(2f);
        assertThat(module.parameters()).as("a result that is kept").isEmpty();
        module.held = module.parameter("scale", scale);
        assertThat(module.namedParameters()).containsOnlyKeys("scale");
    }

    private static final class Student extends Module {
        private static final Linear SHARED = new Linear(2, 2);
        private final transient Linear teacher = new Linear(2, 2);
        private final transient Module parent;
        private final Linear later = null;
        private final Module self = this;

        Student(Module parent) {
            this.parent = parent;
            module("own", new Linear(2, 2));
        }
    }

    @Test
    void transientStaticAndEmptyFieldsAreNoParts() {
        Student student = new Student(new Tagger());
        assertThat(student.namedParameters()).containsOnlyKeys("own.weight", "own.bias");
        assertThat(List.of(student.teacher, Student.SHARED, student.self, student.parent)).doesNotContainNull();
        assertThat(student.later).isNull();
    }

    private static final class Wrapper extends Module {
        private final Module whole;
        private final Linear inner;
        private final Tensor weight;

        Wrapper(Linear inner) {
            whole = module("another name", new Module() {
                private final Linear deep = module("deep", inner);

                @Override
                protected String settings() {
                    return deep.settings();
                }
            });
            this.inner = inner;
            weight = inner.namedParameters().get("weight");
        }
    }

    @Test
    void whatIsAPartUnderAnotherNameOrOfAPartOrTwiceIsOne() {
        Wrapper wrapper = new Wrapper(new Linear(2, 3));
        assertThat(wrapper.namedParameters()).containsOnlyKeys("another name.deep.weight", "another name.deep.bias").containsValue(wrapper.weight);
        wrapper.module("again", wrapper.inner);
        assertThat(wrapper.namedParameters()).hasSize(4);
        assertThat(wrapper.parameters()).hasSize(2).isEqualTo(wrapper.whole.parameters());
    }

    @Test
    void ofAPartDeepInsideAndOfAnAnonymousClass() {
        Module inner = new Module() {
            private final Linear lost = new Linear(2, 2);

            @Override
            protected String settings() {
                return lost.settings();
            }
        };
        Module whole = new Wrapper(new Linear(1, 1));
        whole.module("a", new Student(whole)).module("b", inner);
        refused(whole, "Module: the field \"lost\" holds a module (Linear) that is no part" + MODULE_LOST + "lost = module(\"lost\", …)" + TRANSIENT);
        Holders.OfAnything<Module> holder = new Holders.OfAnything<>();
        holder.held = inner;
        refused(holder, "OfAnything: the field \"held\" holds a module (Module) that is no part" + MODULE_LOST + "held = module(\"held\", …)" + TRANSIENT);
    }

    /** Not a collection: what it is made of is its own affair. */
    private record Pair(LSTMState state, Linear layer) {}

    /** It would take long to look at all of it. */
    private static final class Words extends AbstractMap<String, Integer> {
        @Override
        public Set<Entry<String, Integer>> entrySet() {
            throw new AssertionError("looked at");
        }
    }

    private static final class Known extends Module {
        private final Map<String, Integer> words = new Words();
        private final Map<String, List<int[]>> ids = Map.of();
        private final Pair pair = new Pair(new LSTMState(Tensor.ones(1).requireGrad(), Tensor.ones(1)), new Linear(1, 1));
    }

    @Test
    void whatCannotHoldAPartIsNotGoneThrough() {
        Known known = new Known();
        assertThat(known.parameters()).isEmpty();
        assertThat(known.ids).isEmpty();
        assertThat(known.words).isInstanceOf(Words.class);
        assertThat(known.pair.layer.parameters()).hasSize(2);
    }

    @Test
    void ourOwnModulesKeepTheRule() {
        Generator random = new Generator(0);
        LSTM deep = LSTM.of(2, 3).layers(2).bidirectional().projection(1).dropout(0.5).random(random).build();
        deep.dropout(0.25);
        StatefulLSTM stateful = new StatefulLSTM(new LSTM(2, 3));
        stateful.forward(Tensor.ones(1, 2, 2)).sum().backward();
        for (Module module : List.of(deep, stateful, new BiLSTM(2, 3), new LSTMCell(2, 3), new Embedding(4, 2, OptionalInt.of(1), random), Linear.of(Tensor.ones(2, 2), Tensor.ones(2)), new Dropout(0.5))) {
            module.eval();
            assertThat(module.isTraining()).as("%s", module).isFalse();
        }
    }
}

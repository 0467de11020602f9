package io.dmm.notebook.ijava;

import io.github.spencerpark.jupyter.kernel.BaseKernel;
import io.github.spencerpark.jupyter.kernel.LanguageInfo;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import java.lang.reflect.Method;
import java.util.Map;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/** A kernel that runs cells of Java in this process, as IJava does. */
final class JShellKernel extends BaseKernel implements AutoCloseable {
    private final Values values = new Values();
    private final JShell shell =
            JShell.builder().executionEngine(new InProcess(values), Map.of()).build();

    JShellKernel() {
        shell.addToClasspath(System.getProperty("java.class.path"));
    }

    @Override
    public DisplayData eval(String source) throws EvalException {
        Object value = null;
        for (String rest = source; !rest.isBlank(); ) {
            CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
            rest = next.remaining();
            for (SnippetEvent event : shell.eval(next.source())) {
                if (event.status() == Snippet.Status.REJECTED) {
                    throw new IllegalStateException("does not compile: " + next.source());
                }
                if (event.exception() instanceof EvalException thrown) {
                    throw thrown;
                }
                boolean shown = event.snippet().kind() == Snippet.Kind.EXPRESSION;
                value = shown ? values.last : null;
            }
        }
        return value == null ? null : getRenderer().render(value);
    }

    @Override
    public LanguageInfo getLanguageInfo() {
        return new LanguageInfo("Java", "17", "text/x-java-source", ".jshell", null, null, null);
    }

    @Override
    public void close() {
        shell.close();
    }

    /** Keeps the object of which jshell itself gives the text only. */
    private static final class Values extends DirectExecutionControl {
        private Object last;

        @Override
        protected String invoke(Method cell) throws Exception {
            last = cell.invoke(null);
            return valueString(last);
        }
    }

    private record InProcess(Values values) implements ExecutionControlProvider {
        @Override
        public String name() {
            return "in-process";
        }

        @Override
        public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
            return values;
        }
    }
}

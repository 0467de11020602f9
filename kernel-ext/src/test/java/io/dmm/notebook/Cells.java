package io.dmm.notebook;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.Map;

/** The language of a test kernel: each cell is a name; it runs as JJava and IJava run theirs. */
public final class Cells {
    private final Map<String, Callable<Object>> cells = new ConcurrentHashMap<>();
    private final ExecutorService executor = Executors.newCachedThreadPool(Cells::thread);
    private volatile Future<Object> running;

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "cell");
        thread.setDaemon(true);
        return thread;
    }

    public void put(String code, Callable<Object> cell) {
        cells.put(code, cell);
    }

    public Object run(String code) {
        running = executor.submit(cells.get(code));
        try {
            return running.get();
        } catch (CancellationException | InterruptedException e) {
            throw new IllegalStateException("Evaluation interrupted.");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Lets the cell return at once, whatever its thread does. */
    public void interrupt() {
        running.cancel(true);
    }
}

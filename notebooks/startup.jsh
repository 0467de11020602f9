import io.dmm.*;
import io.dmm.tinyworld.*;
import java.nio.file.*;
import java.util.*;

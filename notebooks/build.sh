# What the launchers share. Each sets root (the checkout) and launcher (its name in messages) and sources
# this; require_build then checks Java, builds what is missing or out of date and sets class_path. Where
# DMM_CLASS_PATH names a class path, as the tests do, nothing is built.

target=$root/kernel-ext/target
class_path_file=$target/run.classpath
java_bin=${JAVA_HOME:+$JAVA_HOME/bin/}

# The environment of a JVM that computes. glibc hands every buffer above 32 MB back to the kernel, which then clears
# its pages anew for each activation of a large picture; one arena that keeps what it has avoids that. Pages of 2 MB
# instead of 4 KB: weights of SD 1.5 are prepared in less than half the time.
malloc=("MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-1}"
    "MALLOC_MMAP_THRESHOLD_=${MALLOC_MMAP_THRESHOLD_:-4294967296}"
    "MALLOC_TRIM_THRESHOLD_=${MALLOC_TRIM_THRESHOLD_:-4294967296}"
    "GLIBC_TUNABLES=${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1}")

# Java reads and writes the names of files in the locale's encoding.
[ "$(locale charmap 2>/dev/null)" = UTF-8 ] || export LC_ALL=C.UTF-8

jvm_options=("-Xmx${DMM_XMX:-2g}" -Djava.awt.headless=true --enable-native-access=ALL-UNNAMED
    "-Djava.util.logging.config.file=$root/notebooks/logging.properties")

fail() {
    printf '%s: %s\n' "$launcher" "$1" >&2
    exit 2
}

require_java() {
    local said version major
    [[ ${DMM_XMX:-2g} =~ ^[0-9]+[kmgKMG]?$ ]] || fail "DMM_XMX: expected a heap such as 4g but was '$DMM_XMX'"
    command -v "${java_bin}java" >/dev/null ||
        fail "${java_bin}java is missing; install a JDK 17 or later${JAVA_HOME:+, or correct JAVA_HOME}"
    command -v "${java_bin}jshell" >/dev/null ||
        fail "jshell is missing; install a full JDK 17 or later, a runtime (JRE) is not enough"
    said=$("${java_bin}java" -version 2>&1) || fail "${java_bin}java -version failed: ${said:-without a word}"
    version=$(sed -n 's/.* version "\([^"]*\)".*/\1/p' <<<"$said")
    major=${version%%[!0-9]*}
    [ "${major:-0}" -ge 17 ] || fail "Java is too old, expected 17 or later but was ${version:-unknown}"
}

is_built() {
    [ -f "$class_path_file" ] || return 1
    local changed
    class_path=$(cat "$class_path_file")
    # A checkout that was moved or copied still holds the old place's paths.
    case $class_path in "$root"/*) ;; *) return 1 ;; esac
    changed=$(find "$root/pom.xml" "$root"/*/pom.xml "$root"/*/src/main -newer "$class_path_file" 2>/dev/null)
    [ -z "$changed" ] && [ -z "$(missing_entry)" ]
}

# The first entry of the class path that is not there, if any.
missing_entry() {
    local IFS=: entry
    for entry in $class_path; do
        if [ ! -e "$entry" ]; then
            printf '%s' "$entry"
            return
        fi
    done
}

# Runs a command with its output in a log, which is shown only when it fails.
quietly() {
    local log=$1 what=$2 status=0
    shift 2
    "$@" >"$log" 2>&1 || status=$?
    if [ "$status" -gt 128 ]; then
        exit "$status" # Ctrl-C or a kill: nobody needs to be told why
    elif [ "$status" -ne 0 ]; then
        cat "$log" >&2
        fail "$what failed; the lines above say why"
    fi
}

# Sets class_path to the built jars and to copies of their dependencies: whoever shares the checkout cannot read the
# builder's ~/.m2. A copy that is there is kept, since running kernels read it.
gather_dependencies() {
    local IFS=: entry copy
    class_path=$(echo "$target"/*.jar)
    mkdir -p "$target/lib"
    for entry in $(cat "$target/dependencies.classpath"); do
        case $entry in "$root"/*) copy=$entry ;; *) copy=$target/lib/${entry##*/} ;; esac
        if [ ! -e "$copy" ]; then
            cp "$entry" "$copy.part" && mv "$copy.part" "$copy" || fail "$copy cannot be written"
        fi
        class_path=$class_path:$copy
    done
}

# Whoever runs the jars of before keeps them open; overwritten, they would fail in the middle of a run, and a kernel
# that starts while a build has failed needs them.
put_aside() {
    local folder
    for folder in "$root/dmm-core/target" "$target"; do
        mkdir -p "$folder/before"
        find "$folder" -maxdepth 1 -name '*.jar' -exec mv -f {} "$folder/before/" \;
    done
}

put_back() {
    local folder
    for folder in "$root/dmm-core/target" "$target"; do
        find "$folder/before" -name '*.jar' -exec mv -f {} "$folder/" \;
    done
}

# One launcher builds at a time. flock's lock ends with its holder; where there is none, as on macOS, a folder is the lock.
lock() {
    if command -v flock >/dev/null; then
        exec 9>"$target/run.lock"
        flock 9
        return
    fi
    local seconds=0
    until mkdir "$target/run.lock.d" 2>/dev/null; do
        [ "$seconds" -lt 300 ] ||
            fail "another launcher has been building for 5 minutes; if none is, remove $target/run.lock.d"
        sleep 1
        seconds=$((seconds + 1))
    done
    trap unlock EXIT
}

unlock() {
    exec 9>&- # or the script that follows would hold the lock
    rm -rf "$target/run.lock.d"
}

build() {
    command -v mvn >/dev/null || fail "mvn is missing; install Maven 3.8 or later"
    mkdir -p "$target" && : >"$target/run.lock" || fail "$target cannot be written; build it as its owner"
    lock
    if is_built; then # by another launcher, while this one waited
        trap - EXIT
        unlock
        return
    fi
    : >"$target/run.started"
    trap 'put_back; unlock' EXIT
    put_aside
    echo "$launcher: building (the first time Maven also downloads PyTorch, about 200 MB) ..." >&2
    quietly "$target/run.log" "the build" mvn -B -q -f "$root/pom.xml" \
        -Dmaven.test.skip=true -Dspotless.check.skip package dependency:build-classpath \
        -DincludeScope=runtime -Dmdep.outputFile=target/dependencies.classpath
    gather_dependencies
    printf '%s' "$class_path" >"$class_path_file.new"
    # Sources edited while Maven ran must count as newer than this build.
    touch -r "$target/run.started" "$class_path_file.new"
    mv "$class_path_file.new" "$class_path_file"
    trap - EXIT
    rm -rf "$root/dmm-core/target/before" "$target/before"
    unlock
}

require_build() {
    require_java
    if [ -n "${DMM_CLASS_PATH:-}" ]; then
        class_path=$DMM_CLASS_PATH
        [ -z "$(missing_entry)" ] || fail "DMM_CLASS_PATH: $(missing_entry) is missing; build it, or unset the variable"
    else
        is_built || build
        class_path=$(cat "$class_path_file")
    fi
}

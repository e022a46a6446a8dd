#!/bin/sh
# Builds, runs every test project, one after the other so that none disturbs another's timing, and sums up.
# test.sh [CONFIGURATION]; the exit code is 0 only if something ran and nothing failed.
set -u
cd "$(dirname "$0")/.."

configuration=${1:-Debug}
results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"

dotnet build BoatTelemetry.sln --no-restore --nologo --verbosity quiet --configuration "$configuration" || {
    echo "test: the build failed" >&2
    exit 1
}

status=0
for project in tests/*/*.csproj; do
    grep -q '<IsTestProject>true' "$project" || continue
    name=$(basename "$project" .csproj)
    echo "== $name"
    dotnet test "$project" --no-build --nologo --configuration "$configuration" \
        --results-directory "$results" --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" || status=1
    # A test host that crashed leaves no file, or one of a run that was aborted.
    if ! grep -q 'outcome="\(Completed\|Failed\)"' "$results/$name.trx" 2>/dev/null; then
        echo "test: $name did not run to its end" >&2
        status=1
    fi
done

build/sum-tests.sh "$results"/*.trx || status=1
exit $status

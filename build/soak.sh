#!/bin/sh
# Runs the randomised tests over new seeds, round after round, and names the seed of a round that failed.
# soak.sh CONFIGURATION ROUNDS; the exit code is 0 only if no round failed.
set -u
cd "$(dirname "$0")/.."

configuration=${1:-Debug}
rounds=${2:-20}
log=artifacts/soak.log

dotnet build BoatTelemetry.sln --no-restore --nologo --verbosity quiet --configuration "$configuration" || exit 1

status=0
round=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    BOAT_SEED=$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')
    export BOAT_SEED
    echo "== round $round of $rounds, BOAT_SEED=$BOAT_SEED"

    # A class is of interest here if it draws from a seed; the others would only say the same again.
    for project in tests/*/*.csproj; do
        grep -q '<IsTestProject>true' "$project" || continue
        filter=$(grep -rl --include='*.cs' 'Seed\.New' "$(dirname "$project")" |
            sed 's|.*/||; s|\..*||; s|.*|FullyQualifiedName~.&.|' | sort -u | paste -sd '|' -)
        [ -n "$filter" ] || continue
        if ! dotnet test "$project" --no-build --nologo --configuration "$configuration" --filter "$filter" >"$log" 2>&1; then
            echo "soak: $(basename "$project" .csproj) failed with BOAT_SEED=$BOAT_SEED" >&2
            grep -E '^ +Failed |Error Message|^ +Assert' "$log" >&2
            status=1
        fi
    done
done
exit $status

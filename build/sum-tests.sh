#!/bin/sh
# Sums up .trx files: the reason of each skipped test, the name of each failed one with what it said, and as the last line
#   N passed, N failed[, N skipped]
# The exit code is 0 only if something passed and nothing failed. Counts the results themselves, not the file's own
# counters, which do not know a skipped test.
set -eu

for file in "$@"; do
    [ -f "$file" ] || { echo "sum-tests: no results in $file" >&2; set --; break; }
done

# One element a line, whatever the writer's line breaks were.
cat /dev/null "$@" | tr '\r\n' '  ' | sed 's/</\n</g' | awk '
    function attribute(name,   from, rest) {
        from = index($0, " " name "=\"")
        if (from == 0) return ""
        rest = substr($0, from + length(name) + 3)
        return substr(rest, 1, index(rest, "\"") - 1)
    }
    function plain(text) {
        gsub(/&quot;/, "\"", text); gsub(/&apos;/, "\047", text); gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text)
        gsub(/&#x[dD];|&#x[aA];/, " ", text); gsub(/&amp;/, "\\&", text)
        return text
    }
    /^<UnitTestResult / {
        name = plain(attribute("testName"))
        outcome = attribute("outcome")
        if (outcome == "Passed") passed++
        else if (outcome == "NotExecuted") { skipped++ }
        else { failed++; print "FAILED   " name }
        wanted = outcome == "Passed" ? "" : name
    }
    /^<(Message|StdOut)>/ && wanted != "" {
        text = $0
        sub(/^<[A-Za-z]+>/, "", text)
        if (outcome == "NotExecuted") print "skipped  " wanted ": " plain(text)
        else if (/^<Message>/) print "         " substr(plain(text), 1, 2000)
        else next
        wanted = ""
    }
    END {
        line = (passed + 0) " passed, " (failed + 0) " failed"
        if (skipped > 0) line = line ", " skipped " skipped"
        print line
        exit !(passed > 0 && failed + 0 == 0)
    }'

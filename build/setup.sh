#!/bin/sh
# Installs what this project needs and this machine lacks, says what, and restores the packages.
# setup.sh run: what demo and replay need. setup.sh cluster: what cluster-demo needs. setup.sh test, or nothing: what the tests need too.
# On a system without apt it installs nothing and says exactly what is missing.
set -eu
cd "$(dirname "$0")/.."

sdk_needed=10
missing_packages=
missing_text=

# need PROGRAM-OR-TEST DEBIAN-PACKAGE WHAT-FOR
need() {
    if ! eval "$1" >/dev/null 2>&1; then
        missing_packages="$missing_packages $2"
        missing_text="$missing_text
  $2: $3"
    fi
}

has_program() {
    # Debian keeps daemons where only root's PATH looks.
    PATH="$PATH:/usr/sbin:/usr/local/sbin:/opt/homebrew/bin:/opt/homebrew/sbin" command -v "$1"
}

has_libmosquitto() {
    if [ "$(uname -s)" = Darwin ]; then
        ls /opt/homebrew/lib/libmosquitto*.dylib /usr/local/lib/libmosquitto*.dylib 2>/dev/null | grep -q .
    else
        PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -q 'libmosquitto\.so\.1'
    fi
}

# The SDK comes first: it is not in Debian's own archive, and nothing works without it.
if ! command -v dotnet >/dev/null 2>&1 || ! dotnet --list-sdks 2>/dev/null | grep -q "^$sdk_needed\."; then
    echo "setup: the .NET SDK $sdk_needed is missing. Install it (package dotnet-sdk-$sdk_needed.0, or from https://dot.net) and run this again." >&2
    exit 1
fi

# Whether MQTTnet can be had here; the answer is kept in build/MqttStack.props.
if [ -z "${MqttStack:-}" ] && [ ! -f build/MqttStack.props ]; then
    dotnet msbuild build/ChooseMqttStack.proj -nologo -v:m
fi

purpose=${1:-test}
if [ "$purpose" = test ] || [ "${MqttStack:-}" = Mosquitto ] || grep -qs '>Mosquitto<' build/MqttStack.props; then
    need 'has_program mosquitto' mosquitto "MQTT broker, for the tests and for builds without MQTTnet"
    need 'has_libmosquitto' libmosquitto1 "MQTT library, for the tests and for builds without MQTTnet"
fi
if [ "$purpose" = cluster ]; then
    need 'has_program mosquitto' mosquitto "MQTT broker that the gateways of the demo share"
    need 'has_program postgres || ls /usr/lib/postgresql/*/bin/postgres' postgresql "database that the gateways of the demo share"
fi
if [ "$purpose" = test ]; then
    need 'has_program mosquitto_sub' mosquitto-clients "MQTT clients that the tests receive with"
    need 'has_program node' nodejs "JavaScript engine that the tests load the payload codec in"
    need 'has_program python3' python3 "interpreter that the tests write the hardware's documents anew with"
    need 'ls /usr/lib/*/faketime/libfaketimeMT.so.1' libfaketime "clock that the tests of the gateway can set"
    need 'has_program postgres || ls /usr/lib/postgresql/*/bin/postgres' postgresql "database of a cluster of gateways, for the tests"
    need 'has_program zsh' zsh "shell that the tests complete boatctl's commands in"
    need 'has_program fish' fish "shell that the tests complete boatctl's commands in"
    need 'has_program tshark' tshark "protocol analyser that the tests load the dissector in"
fi

if [ -n "$missing_packages" ]; then
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "setup: this system has no apt; install the following yourself (Debian's package names) and run this again:$missing_text" >&2
        exit 1
    fi

    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 || {
            echo "setup: missing, and neither root nor sudo is here to install it:$missing_text" >&2
            exit 1
        }
        as_root=sudo
    fi

    echo "setup: installing with apt:$missing_text"
    install() {
        # shellcheck disable=SC2086
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing_packages
    }
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    # The lists of a fresh machine are empty or old; once is enough.
    if ! $as_root apt-get update -qq >"$log" 2>&1; then
        cat "$log" >&2
        echo "setup: apt-get update failed (above); trying with the lists that are here" >&2
    fi
    if ! install >"$log" 2>&1; then
        cat "$log" >&2
        echo "setup: apt-get could not install$missing_packages; its last words are above" >&2
        exit 1
    fi
fi

dotnet restore BoatTelemetry.sln --nologo --verbosity quiet
echo "setup: done"

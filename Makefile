# Every target in one line; the plain dotnet commands behind each are in README.md (Windows and macOS have no make).
SHELL := /bin/sh
CONFIGURATION ?= Debug
DURATION ?=
LOG ?=
SPEED ?= 50
BOARD ?= carrier-s3
STATE ?=
GATEWAY ?= 127.0.0.1:1700
N ?= 10000
SEED ?= 1
# Of the unit, whose time is the world's unless SPEED was given.
UNIT_SPEED := $(if $(filter file,$(origin SPEED)),1,$(SPEED))
PICTURE := xvfb-run -a openscad --quiet --colorscheme=Tomorrow
SHARED_ARGUMENTS := --nologo --verbosity quiet --configuration $(CONFIGURATION)

.DEFAULT_GOAL := help
.PHONY: help setup setup-to-run setup-cluster build test demo cluster-demo replay unit voyages faults soak hardware clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  DURATION=S stops demo, cluster-demo and unit by themselves; LOG=FILE SPEED=N|max for replay (default $(SPEED))"
	@echo "  BOARD=t-beam|carrier-s3 STATE=DIR SPEED=N GATEWAY=HOST:PORT for unit (default $(BOARD), blank flash, 1, $(GATEWAY))"
	@echo "  N=COUNT SEED=FIRST for voyages (default $(N) from seed $(SEED), about an hour on two cores; N=1 repeats one)"

setup: ## Install what is missing and restore the packages
	@build/setup.sh test

setup-to-run:
	@build/setup.sh run

setup-cluster:
	@build/setup.sh cluster

build: setup-to-run ## Build everything
	@dotnet build BoatTelemetry.sln $(SHARED_ARGUMENTS)

test: setup ## Build, run every test, and sum up
	@build/test.sh $(CONFIGURATION)

demo: setup-to-run ## Broker, gateway and boats on this machine, positions live (DURATION=S)
	@dotnet build gateway/Demo $(SHARED_ARGUMENTS)
	@dotnet run --no-build --project gateway/Demo --configuration $(CONFIGURATION) -- $(if $(DURATION),--duration $(DURATION))

cluster-demo: setup-cluster ## PostgreSQL, broker and three gateways behind different concentrators; one is killed (DURATION=S)
	@dotnet build gateway/Demo $(SHARED_ARGUMENTS)
	@dotnet run --no-build --project gateway/Demo --configuration $(CONFIGURATION) -- cluster $(if $(DURATION),--duration $(DURATION))

replay: log-is-there setup-to-run ## The same with a recorded NMEA log as the receiver (LOG=FILE SPEED=N|max)
	@dotnet build gateway/Demo $(SHARED_ARGUMENTS)
	@dotnet run --no-build --project gateway/Demo --configuration $(CONFIGURATION) -- --log "$(LOG)" --speed $(SPEED)

voyages: setup-to-run ## Seeded voyages of unit, air and shore with their invariants (N=COUNT SEED=FIRST)
	@dotnet build tests/Simulation --nologo --verbosity quiet --configuration Release
	@dotnet run --no-build --project tests/Simulation --configuration Release -- $(N) $(SEED)

faults: setup ## The gateway under faults: killed, disk full, broker gone or silent, clock set, loss, hostile datagrams (N=TIMES, 200, at 2,000 frames/s)
	@dotnet build tests/Gateway.Tests --nologo --verbosity quiet --configuration Release
	@BOAT_FAULTS=$(if $(filter file,$(origin N)),200,$(N)) BOAT_FAULT_RATE=2000 dotnet test tests/Gateway.Tests --no-build --nologo \
		--configuration Release --filter FullyQualifiedName~Faults --logger "console;verbosity=detailed"

soak: setup ## The randomised tests over new seeds (N=ROUNDS, 20)
	@build/soak.sh $(CONFIGURATION) $(if $(filter file,$(origin N)),20,$(N))

.PHONY: log-is-there
log-is-there:
	@test -n "$(LOG)" || { echo "make replay LOG=FILE [SPEED=N|max]: which log?" >&2; exit 2; }
	@test -r "$(LOG)" || { echo "make replay: the log $(LOG) cannot be read" >&2; exit 2; }

unit: setup-to-run ## The whole boat unit on a simulated board, its bench console on a pseudo-terminal (BOARD= STATE= SPEED= GATEWAY=)
	@dotnet build firmware/Host $(SHARED_ARGUMENTS)
	@dotnet run --no-build --project firmware/Host --configuration $(CONFIGURATION) -- unit --console --board $(BOARD) --speed $(UNIT_SPEED) \
		--gateway $(GATEWAY) $(if $(STATE),--state "$(STATE)") $(if $(DURATION),--duration $(DURATION))

hardware: ## Schematic, drawings and supply budget from their sources; pictures too where OpenSCAD is installed
	@command -v python3 >/dev/null || { echo "make hardware: python3 is missing (make setup installs it)" >&2; exit 2; }
	@python3 hardware/tools/build.py
	@command -v openscad >/dev/null && command -v xvfb-run >/dev/null || { echo "make hardware: no openscad and xvfb-run, so the pictures stay as they are"; exit 0; }; \
		cd hardware/enclosure && $(PICTURE) --imgsize=1000,800 --camera=0,0,20,60,0,25,600 -o enclosure.png enclosure.scad && \
		$(PICTURE) --imgsize=800,500 --viewall --autocenter -o bracket.png bracket.scad

clean: ## Remove everything that was built
	rm -rf artifacts

# smtpscope: one Makefile, no configure step.  `make help` lists what there is.

PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   ?= build
CC      ?= cc
CFLAGS  ?= -O2 -g
SHARED  ?= ../shared
SECONDS ?= 60
MINUTES ?= 30
SCALE   ?= 0.2
ROUNDS  ?= 3
KEYS    ?= 10000

VERSION := 0.1.0
PKGS    := libpcap zlib libzstd libcrypto ncursesw
# nDPI, the second opinion of --any-port, where it is installed; WITH_NDPI=0 builds without.
WITH_NDPI ?= $(shell pkg-config --exists 'libndpi >= 4.2' 2>/dev/null && echo 1 || echo 0)
ifeq ($(WITH_NDPI),1)
NDPICPP := -DWITH_NDPI $(shell pkg-config --cflags libndpi)
NDPILIB := $(shell pkg-config --libs-only-L libndpi) -lndpi
endif
HARDEN   = -fstack-protector-strong -D_FORTIFY_SOURCE=2
WARN     = -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla $(WERROR)
ALLCPP   = -Iinclude -Isrc -I$(BUILD)/gen -D_GNU_SOURCE -DSC_VERSION='"$(VERSION)"' $(shell pkg-config --cflags $(PKGS) 2>/dev/null) $(CPPFLAGS)
ALLFLAGS = -std=c11 $(WARN) $(if $(MODE),,$(HARDEN)) $(CFLAGS) $(MODE) -fno-strict-aliasing -MMD -MP
# GCC optimises the program once more when it links it.  The objects hold ordinary code beside it, for every other linker of
# the archive and for what reads symbols.  `make LTO=` builds without, which links faster.
IS_GCC  := $(shell $(CC) --version 2>/dev/null | grep 'Free Software')
LTO     ?= $(if $(IS_GCC),$(if $(MODE),,-flto=auto -ffat-lto-objects))
LIBS     = $(shell pkg-config --libs $(PKGS) 2>/dev/null) $(NDPILIB)

# The library is every directory below src but these three; the directory is the registry.
PROGRAM_DIRS := src/input src/tui src/app
LIB_SRC  := $(sort $(filter-out $(addsuffix /%,$(PROGRAM_DIRS)),$(wildcard src/*/*.c src/*/*/*.c)))
PROG_SRC := $(sort $(wildcard $(addsuffix /*.c,$(PROGRAM_DIRS))))
LIB_OBJ  := $(LIB_SRC:src/%.c=$(BUILD)/obj/%.o)
PROG_OBJ := $(PROG_SRC:src/%.c=$(BUILD)/obj/%.o)
PARTS    := $(filter-out $(BUILD)/obj/app/main.o,$(PROG_OBJ)) $(BUILD)/libsmtpscope.a

UNIT_BIN := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
FUZZ_BIN := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
DIALOGUE := $(sort $(wildcard tests/dialogue/*.c))
MEASURE  := $(sort $(wildcard tests/measure/*.c))
DOCS     := docs/EVENTS.md docs/DETECTORS.md docs/events.schema.json docs/DIAGNOSES.md docs/smtpscope.1

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
# Each step is a short line; `make V=1` shows the commands.
Q         := $(if $(V),,@)
step       = $(if $(V),,@printf '  %-5s %s\n' $(1) $@)

SUB       = $(MAKE) --no-print-directory -j$(shell nproc 2>/dev/null || echo 1)

all: $(BUILD)/smtpscope ## build build/smtpscope (installs nothing)

demo: ## install what is missing, build, report on the bundled capture
	@.ci/deps build
	@$(SUB) all
	$(BUILD)/smtpscope report -r captures/demo.pcap

check: ## install what is missing, then run every test
	@.ci/deps check
	@$(SUB) all $(BUILD)/measure $(BUILD)/bench/flood_packets WERROR=-Werror
	@$(SUB) layers
	@$(SUB) docs-check
	@$(SUB) BUILD=$(BUILD)/clang CC=clang WERROR=-Werror all
	@$(SUB) BUILD=$(BUILD)/asan MODE="$(SANITIZE)" CFLAGS="-O1 -g" WERROR=-Werror all unit dialogue \
		$(BUILD)/asan/tools/mutate
	@tests/check.sh $(BUILD) $(SHARED)
	@$(SUB) fuzz SECONDS=0

$(BUILD)/smtpscope: $(PROG_OBJ) $(BUILD)/libsmtpscope.a
	$(call step,LINK)
	$(Q)$(CC) $(ALLFLAGS) $(LTO) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/libsmtpscope.a: $(LIB_OBJ)
	$(call step,AR)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	$(call step,CC)
	$(Q)$(CC) $(ALLCPP) $(ALLFLAGS) $(LTO) -c -o $@ $<

# The one file that knows nDPI is made anew when WITH_NDPI changes.
$(BUILD)/obj/input/ndpi.o: ALLCPP += $(NDPICPP)
$(BUILD)/obj/input/ndpi.o: $(BUILD)/gen/with_ndpi
$(BUILD)/gen/with_ndpi: FORCE
	@mkdir -p $(@D)
	@echo '$(NDPICPP)' | cmp -s - $@ || echo '$(NDPICPP)' >$@

# The detectors are the files of src/detect; the list changes when the directory does.
DETECTORS := $(notdir $(basename $(sort $(wildcard src/detect/*.c))))
.PHONY: FORCE
$(BUILD)/gen/detectors.def: FORCE
	@mkdir -p $(@D)
	@printf 'SC_DETECTOR(%s)\n' $(DETECTORS) | cmp -s - $@ || printf 'SC_DETECTOR(%s)\n' $(DETECTORS) >$@
$(BUILD)/obj/detect/frame/registry.o: $(BUILD)/gen/detectors.def

# A test links what it tests: the library and the program's parts but main.
$(BUILD)/unit/%: tests/unit/%.c $(PARTS)
	@mkdir -p $(@D)
	$(call step,LINK)
	$(Q)$(CC) $(ALLCPP) $(ALLFLAGS) -Itests -MF $@.d -o $@ $< $(PARTS) $(LIBS) $(shell pkg-config --libs cmocka)

$(BUILD)/dialogue: $(DIALOGUE) $(PARTS)
	$(call step,LINK)
	$(Q)$(CC) $(ALLCPP) $(ALLFLAGS) -Itests -MF $@.d -o $@ $(DIALOGUE) $(PARTS) $(LIBS)

$(BUILD)/fuzz/%: tests/fuzz/%.c $(PARTS)
	@mkdir -p $(@D)
	$(call step,LINK)
	$(Q)$(CC) $(ALLCPP) $(ALLFLAGS) -fsanitize=fuzzer -Itests -MF $@.d -o $@ $< $(PARTS) $(LIBS)

# What measures the library is linked as the program is.
$(BUILD)/bench/% $(BUILD)/measure $(BUILD)/tools/story_day: AS_PROGRAM = $(LTO)

$(BUILD)/measure: $(MEASURE) $(wildcard tests/measure/*.h) $(PARTS)
	$(call step,LINK)
	$(Q)$(CC) $(ALLCPP) $(ALLFLAGS) $(AS_PROGRAM) -MF $@.d -o $@ $(MEASURE) $(PARTS) $(LIBS)

$(BUILD)/tools/%: tests/tools/%.c $(PARTS)
	@mkdir -p $(@D)
	$(call step,LINK)
	$(Q)$(CC) $(ALLCPP) $(ALLFLAGS) $(AS_PROGRAM) -Itests -MF $@.d -o $@ $< $(PARTS) $(LIBS)

$(BUILD)/bench/%: tests/bench/%.c $(PARTS)
	@mkdir -p $(@D)
	$(call step,LINK)
	$(Q)$(CC) $(ALLCPP) $(ALLFLAGS) $(AS_PROGRAM) -MF $@.d -o $@ $< $(PARTS) $(LIBS)

$(BUILD)/oracle/%: tests/oracle/%.c $(PARTS)
	@mkdir -p $(@D)
	$(call step,LINK)
	$(Q)$(CC) $(ALLCPP) $(ALLFLAGS) -Itests -MF $@.d -o $@ $< $(PARTS) $(LIBS)

unit: $(UNIT_BIN) ## unit tests (cmocka)
	@for t in $(UNIT_BIN); do $$t 2>$$t.log || { cat $$t.log; exit 1; }; tail -n 1 $$t.log; done

dialogue: $(BUILD)/dialogue ## prose dialogues, whole and at every cut
	@printf '%s\n' tests/dialogue/*.md | xargs -P $$(nproc 2>/dev/null || echo 1) -n 1 $(BUILD)/dialogue

asan: ## address and undefined-behaviour sanitizers: build and unit tests
	@$(SUB) BUILD=$(BUILD)/asan MODE="$(SANITIZE)" CFLAGS="-O1 -g" all unit dialogue

tsan: ## thread sanitizer: build and unit tests
	@$(SUB) BUILD=$(BUILD)/tsan MODE="-fsanitize=thread" CFLAGS="-O1 -g" all unit

fuzz: ## each fuzz target for SECONDS (default 60), seeded with the captures
	@command -v clang >/dev/null || { echo "fuzz: no clang here, skipped"; exit 0; }; \
	$(SUB) BUILD=$(BUILD)/fuzzing CC=clang MODE="$(SANITIZE) -fsanitize=fuzzer-no-link" CFLAGS="-O1 -g" fuzz-targets && \
	tests/fuzz/run.sh $(BUILD)/fuzzing/fuzz $(SECONDS) $(SHARED)

fuzz-targets: $(FUZZ_BIN)

bench: all $(BUILD)/bench/classify $(BUILD)/tools/story_day ## speed against the bare libpcap loop (SCALE=1 for the full size)
	$(BUILD)/bench/classify
	$(BUILD)/tools/story_day
	tests/bench/bench.py --build $(BUILD) --scale $(SCALE) --rounds $(ROUNDS)
	tests/bench/tls.py --bin $(BUILD)/smtpscope --megabytes 100 --rounds $(ROUNDS)

bench-detectors: $(BUILD)/measure ## precision and recall on made-up days, speed and memory on a flood
	$(BUILD)/measure 707-716 10000000
.PHONY: bench-detectors

bench-flood: all $(BUILD)/bench/flood_packets ## a million sources as packets, ten offenders among them
	tests/flood_sources.py $(BUILD) 100000 1000000
.PHONY: bench-flood

layers: all ## who includes whom, and what the library asks of libc
	@tests/layers.sh $(BUILD)

docs: $(BUILD)/tools/gendocs $(BUILD)/tools/genman ## docs/ from the tables
	$(BUILD)/tools/gendocs events >docs/EVENTS.md
	$(BUILD)/tools/gendocs schema >docs/events.schema.json
	$(BUILD)/tools/gendocs detectors >docs/DETECTORS.md
	$(BUILD)/tools/gendocs diagnoses >docs/DIAGNOSES.md
	$(BUILD)/tools/genman >docs/smtpscope.1
	$(BUILD)/tools/gendocs keys >$(BUILD)/gen/keys.md
	sed -i -e '/^<!-- keys/,/^<!-- end of keys/{//!d}' -e '/^<!-- keys/r $(BUILD)/gen/keys.md' README.md

docs-check: $(BUILD)/tools/gendocs $(BUILD)/tools/genman
	@$(BUILD)/tools/gendocs events | cmp - docs/EVENTS.md && $(BUILD)/tools/gendocs schema | cmp - docs/events.schema.json && \
	$(BUILD)/tools/gendocs detectors | cmp - docs/DETECTORS.md && \
	$(BUILD)/tools/gendocs diagnoses | cmp - docs/DIAGNOSES.md && \
	$(BUILD)/tools/genman | cmp - docs/smtpscope.1 && \
	$(BUILD)/tools/gendocs keys >$(BUILD)/gen/keys.md && \
	sed -n '/^<!-- keys/,/^<!-- end of keys/{//!p}' README.md | cmp - $(BUILD)/gen/keys.md && echo "docs: as the tables say" || { echo "docs: run make docs"; exit 1; }

mutate: ## 1,000 mutations of every capture under sanitizers (half an hour of one core)
	@$(SUB) BUILD=$(BUILD)/asan MODE="$(SANITIZE)" CFLAGS="-O1 -g" $(BUILD)/asan/tools/mutate
	SHARED=$(SHARED) tests/mutate.sh $(BUILD) 1000

mutate-tsan: ## 50 mutations of every capture by three workers, under ThreadSanitizer
	@$(SUB) BUILD=$(BUILD)/tsan MODE="-fsanitize=thread" CFLAGS="-O1 -g" $(BUILD)/tsan/tools/mutate
	SHARED=$(SHARED) WORKERS=3 tests/mutate.sh $(BUILD) 50

bench-screens: all ## how fast the dashboard answers with 200,000 sessions
	tests/bench/gen_bench.py chatter --out $(BUILD)/bench/screens --scale 1.67 --seed 1 >/dev/null
	tests/bench/screens.py $(BUILD)/smtpscope $(BUILD)/bench/screens/chatter.pcap
.PHONY: bench-screens

monkey: ## KEYS random keys (default 10,000) on the dashboard under sanitizers; the seed is told
	@$(SUB) BUILD=$(BUILD)/asan MODE="$(SANITIZE)" CFLAGS="-O1 -g" all
	tests/screens.py $(BUILD)/smtpscope $(BUILD)/asan/smtpscope $(KEYS) --monkey $(if $(SEED),--seed $(SEED))
.PHONY: monkey

soak: all ## live capture of generated mail for MINUTES (default 30), in a network namespace
	tests/soak.sh $(BUILD) $(MINUTES)

golden: all ## events of the golden captures anew; read the difference before you commit it
	@for g in tests/golden/*.jsonl; do $(BUILD)/smtpscope log -e all -q -r captures/lab/$$(basename $$g .jsonl).pcap >$$g; done

format: ## clang-format over all sources
	clang-format -i $(shell find src include tests -name '*.[ch]')

install: all ## to DESTDIR/PREFIX
	install -D -m 755 $(BUILD)/smtpscope $(DESTDIR)$(PREFIX)/bin/smtpscope
	install -D -m 644 $(BUILD)/libsmtpscope.a $(DESTDIR)$(PREFIX)/lib/libsmtpscope.a
	install -d $(DESTDIR)$(PREFIX)/include/smtpscope
	install -m 644 include/smtpscope/* $(DESTDIR)$(PREFIX)/include/smtpscope/
	install -D -m 644 docs/smtpscope.1 $(DESTDIR)$(PREFIX)/share/man/man1/smtpscope.1

uninstall: ## undoes install
	rm -f $(DESTDIR)$(PREFIX)/bin/smtpscope $(DESTDIR)$(PREFIX)/lib/libsmtpscope.a $(DESTDIR)$(PREFIX)/share/man/man1/smtpscope.1
	rm -rf $(DESTDIR)$(PREFIX)/include/smtpscope

clean: ## removes build/
	rm -rf $(BUILD)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

.PHONY: all demo check unit dialogue asan tsan fuzz fuzz-targets bench layers docs docs-check golden mutate mutate-tsan soak format install uninstall clean help
.SECONDARY:
-include $(LIB_OBJ:.o=.d) $(PROG_OBJ:.o=.d) $(wildcard $(BUILD)/unit/*.d $(BUILD)/fuzz/*.d $(BUILD)/tools/*.d $(BUILD)/dialogue.d)
